// Real saved pages through Chromium's own DOM, the content script's snapshot and the shipped
// core, beside `lode parse` on the same file: what users get is what the readers' tests score.
// The pages are test data that stand beside the repository; without them nothing is compared.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { contentScript, startBrowser } from "./support/browser.mjs";
import { servePages } from "./support/pages.mjs";
import { ROOT, ownFolder } from "./support/tools.mjs";

const SHARED = process.env.LODE_SHARED ?? path.join(ROOT, "../shared");
const BIN = process.env.LODE_BIN_DIR ?? path.join(ROOT, "target/debug");
// Lets WebAssembly run and the pages' own scripts not.
const CSP = "script-src 'unsafe-eval' 'nonce-none'; img-src 'none'; style-src 'none'; connect-src 'none'; frame-src 'none'";

test("the shipped core reads real pages as the readers' tests do", async (t) => {
  const truth = path.join(SHARED, "pages/truth.json");
  if (!existsSync(truth)) return t.skip("no shared pages beside the repository: 0 compared");
  const all = JSON.parse(readFileSync(truth, "utf8")).filter((page) => page.file.endsWith(".html"));
  const folder = ownFolder(t);
  const pages = {};
  const served = await servePages(t, folder, pages);
  const browser = await startBrowser(t, folder, served.port);
  const tab = await browser.context.newPage();
  const world = await contentScript(browser, tab);

  let compared = 0;
  for (const { file, url } of all) {
    const { hostname, pathname } = new URL(url);
    // Only hosts that the browser is led to this machine for, and the extension reads.
    if (!/(linkedin|crunchbase|google)\.com$/.test(hostname)) continue;
    if (hostname.endsWith("google.com") && pathname !== "/search") continue;
    const source = path.join(SHARED, "pages", file);
    for (const key of Object.keys(pages)) delete pages[key];
    // A policy inside the page would bar WebAssembly; byte for byte, since encodings differ.
    const html = readFileSync(source, "latin1").replace(/Content-Security-Policy/gi, "X-Left-Out");
    pages[pathname] = { html: Buffer.from(html, "latin1"), csp: CSP };
    await tab.goto(url, { waitUntil: "domcontentloaded" });
    const read = `(async () => { await chrome.runtime.sendMessage({ kind: "need_core" }); return JSON.stringify(__read(${JSON.stringify(url)}, __snap())); })()`;
    const shipped = JSON.parse(await world.evaluate(read).catch((error) => assert.fail(`${file}: ${error.message}`)));
    const native = JSON.parse(execFileSync(path.join(BIN, "lode"), ["parse", "--url", url, source], { encoding: "utf8", maxBuffer: 64 << 20 }));
    const seen = (parsed) => ({
      kind: parsed.page.kind,
      leads: parsed.leads.map((lead) => [lead.full_name, lead.title, lead.company, lead.location, lead.profile_url]),
    });
    // Whose they are is nobody's business in a log: only where they differ is told.
    const [a, b] = [seen(shipped), seen(native)];
    assert.equal(a.kind, b.kind, file);
    assert.equal(a.leads.length, b.leads.length, `${file}: number of leads`);
    a.leads.forEach((lead, row) =>
      lead.forEach((value, field) => assert.ok(value === b.leads[row][field], `${file}: lead ${row}, field ${field} differs`)),
    );
    compared += 1;
  }
  t.diagnostic(`${compared} real pages compared`);
  assert.ok(compared > 20);
});
