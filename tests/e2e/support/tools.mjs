// The Node packages of xtask/node, and small things that every test file needs.
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(fileURLToPath(import.meta.url), "../../../..");
const require = createRequire(path.join(ROOT, "xtask/node/package.json"));
export const { chromium } = require("playwright-core");
export const load = (name) => require(name);

const endings = new WeakMap();

/** Has something done when the test ends; what was begun last ends first. */
export function atEnd(t, action) {
  if (!endings.has(t)) {
    endings.set(t, []);
    t.after(async () => {
      for (const ending of endings.get(t).reverse()) await ending();
    });
  }
  endings.get(t).push(action);
}

/** A folder of the test's own, removed with it. */
export function ownFolder(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "lode-test-"));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Repeats `look` until it returns something, without guessing how long that takes. */
export async function until(what, look, ms = 30_000) {
  const end = Date.now() + ms;
  let last;
  for (;;) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}${last ? ` (${last.message})` : ""}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
