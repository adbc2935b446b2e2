// The content script's snapshot beside the one that the readers' tests are scored with, on every
// fixture: the same text, so that what the tests say of snapshots is true of the browser.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { contentScript, startBrowser } from "./support/browser.mjs";
import { servePages } from "./support/pages.mjs";
import { ROOT, ownFolder, until } from "./support/tools.mjs";

const BIN = process.env.LODE_BIN_DIR ?? path.join(ROOT, "target/debug");
// The pages' own scripts do not run, and nothing is fetched.
const CSP = "default-src 'none'";
/** Without what only the browser knows (which parts of a list it hides), and with attributes in one order. */
const comparable = (snapshot) =>
  snapshot.replace(/\x02hidden\x03/g, "").replace(/(\x02[^\x01-\x05]*\x03[^\x01-\x05]*)+/g, (all) => all.split(/(?=\x02)/).sort().join(""));

/** Where two snapshots part, with a little around it. */
const parting = (a, b) => {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const around = (text) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 60));
  return `${around(a)} in the browser, ${around(b)} in the tests`;
};

test("the content script carries what the readers' tests say it does", async (t) => {
  const taken = JSON.parse(
    execFileSync(path.join(BIN, "examples/snapshot_parts"), ["--fixtures"], { encoding: "utf8", maxBuffer: 64 << 20 }),
  );
  const folder = ownFolder(t);
  const pages = {};
  const served = await servePages(t, folder, pages);
  const browser = await startBrowser(t, folder, served.port);
  const tab = await browser.context.newPage();
  const world = await contentScript(browser, tab);

  let compared = 0;
  for (const { file, url, snapshot } of taken) {
    const { hostname, pathname } = new URL(url);
    // Only hosts that the browser is led to this machine for, and the extension reads.
    if (!/(linkedin|crunchbase|google)\.com$/.test(hostname)) continue;
    if (hostname.endsWith("google.com") && pathname !== "/search") continue;
    const html = readFileSync(path.join(ROOT, "tests/pages", file), "utf8");
    // Leads away before it can be read.
    if (/http-equiv="refresh"/.test(html)) continue;
    for (const key of Object.keys(pages)) delete pages[key];
    pages[pathname] = { html, csp: CSP };
    await tab.goto(url, { waitUntil: "domcontentloaded" });
    // The extension's own button stands at the end, and shows nothing of what is in it.
    const live = await until(`the snapshot of ${file}`, () => world.evaluate("globalThis.__snap?.()"));
    const own = comparable(live.replace(/\x01div\x05\x05$/, "\x05"));
    const theirs = comparable(snapshot);
    assert.ok(own === theirs, `${file}: ${own === theirs || parting(own, theirs)}`);
    compared += 1;
  }
  t.diagnostic(`${compared} fixtures compared`);
  assert.ok(compared > 200);
});
