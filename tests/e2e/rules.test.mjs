// A site changes its markup: newer rules from the server bring the capture back without a new
// release, bad ones are refused, and the user can save a report that holds nothing of the page.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { test } from "node:test";
import { backend, startMail } from "./support/backend.mjs";
import { clickCapture, inContentScript, startPaired } from "./support/browser.mjs";
import { CSP_GUEST, CSP_MEMBER, servePages } from "./support/pages.mjs";
import { atEnd, ownFolder, ROOT, until } from "./support/tools.mjs";

const MAIL = { domains: [{ name: "lumenorchard.com", title: "Lumen Orchard", mailboxes: ["nadia.ferrum", "ivo.quill"] }] };

/** A profile after a redesign that the built-in rules cannot read. */
const redesigned = (name, slug) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>LinkedIn</title></head>
<body><main><header class="n3w-card" id="${slug}"><h2 title="${name}">${name}</h2><p>Head of Growth at Lumen Orchard</p><p>Lyon</p><p>·</p>
<a href="/in/${slug}/overlay/more/">More</a></header><aside><p>Otto Hidalgo knows ${name}</p></aside></main></body></html>`;

const built = JSON.parse(readFileSync(path.join(ROOT, "src/sites/linkedin/rules.json"), "utf8"));
/** The built-in rules, newer by so much, with another selector for the card. */
const rules = (by, card) =>
  JSON.stringify({ ...built, version: built.version + by, selectors: { ...built.selectors, top_card: [card] } }, null, 2);

/** A way to the server on which `change` may alter the rules that it serves. */
async function tamper(t, server) {
  const self = { address: "", change: null };
  const proxy = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { host, connection, "content-length": _, ...headers } = request.headers;
    const answer = await fetch(server.address + request.url, { method: request.method, headers, body: chunks.length ? Buffer.concat(chunks) : undefined })
      .catch(() => null);
    if (!answer) return response.destroy();
    let body = await answer.text();
    if (self.change && answer.status === 200 && /^\/v1\/rules\b/.test(request.url)) body = self.change(request.url, body);
    const kept = [...answer.headers].filter(([name]) => ["content-type", "etag"].includes(name));
    response.writeHead(answer.status, Object.fromEntries(kept)).end(body);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => {
    proxy.closeAllConnections();
    proxy.close();
  });
  self.address = `http://127.0.0.1:${proxy.address().port}`;
  return self;
}

/** Mail, backend with a folder for rules, two redesigned profiles, browser; paired. */
async function lode(t) {
  const folder = ownFolder(t);
  const files = path.join(folder, "rules");
  mkdirSync(files);
  const server = await backend(t, folder, await startMail(t, folder, MAIL), { LODE_RULES_DIR: files }).start();
  const way = await tamper(t, server);
  const served = await servePages(t, folder, {
    "/in/nadia-ferrum-sample/": { html: redesigned("Nadia Ferrum", "nadia-ferrum-sample"), csp: CSP_MEMBER },
    "/in/ivo-quill-sample/": { html: redesigned("Ivo Quill", "ivo-quill-sample"), csp: CSP_GUEST },
  });
  const browser = await startPaired(t, folder, served.port, { ...server, address: way.address });
  const open = async (slug) => {
    const page = await browser.context.newPage();
    await page.goto(`https://www.linkedin.com/in/${slug}/`);
    return page;
  };
  return { server, way, browser, open, put: (text) => writeFileSync(path.join(files, "linkedin.json"), text) };
}

/** Has the worker ask, as at the browser's start, until the options page says what came of it. */
async function askUntil(browser, said) {
  await until(`the options say ${said}`, async () => {
    await (await browser.worker()).evaluate(() => chrome.runtime.onStartup.dispatch());
    const page = await browser.page("options.html");
    const line = page.getByTestId("rules-note");
    const text = await line.innerText({ timeout: 1_000 }).catch(() => "");
    await page.close();
    return said.test(text);
  });
}

/** The popup on a page that is not recognised: slow at first, changed when it stays so. */
async function changed(browser) {
  const popup = await browser.page("popup.html");
  const loading = () => popup.getByText("The page is still loading").first().waitFor();
  await loading();
  assert.equal(await popup.getByTestId("page-changed").count(), 0);
  await until("the page is said to have changed", async () => {
    await popup.reload();
    await loading();
    return (await popup.getByTestId("page-changed").count()) > 0;
  });
  return popup;
}

/** What was taken over, as stored. */
const takenOver = async (browser) =>
  Object.keys((await (await browser.worker()).evaluate(() => chrome.storage.local.get("rules"))).rules ?? {});

test("newer rules follow a redesign, in the worker and in the page; bad ones are refused", async (t) => {
  const { server, way, browser, open, put } = await lode(t);

  // A bad file: the server refuses it, and names the line.
  put(rules(1, "main:has(h2)"));
  await askUntil(browser, /^$/);
  await until("the server's log", () => /linkedin\.json.*line.*selector not accepted/.test(server.log().replaceAll(/\x1b\[[0-9;]*m/g, "")));

  // A server that serves it all the same: the extension refuses it, and says so.
  put(rules(2, ".n3w-card"));
  way.change = (url, body) => (url.endsWith("/linkedin") ? rules(2, "main:has(h2)") : body);
  await askUntil(browser, /refused, the old ones stay\. linkedin: top_card: selector not accepted/);
  assert.deepEqual(await takenOver(browser), []);

  // Read in the worker: nothing yet, then the person.
  const nadia = await open("nadia-ferrum-sample");
  const popup = await changed(browser);
  assert.equal(await popup.getByTestId("lead-name").count(), 0);
  way.change = null;
  put(rules(3, ".n3w-card"));
  await askUntil(browser, new RegExp(`linkedin ${built.version + 3}`));
  assert.deepEqual(await takenOver(browser), ["linkedin"]);
  await nadia.bringToFront();
  await clickCapture(nadia);
  await popup.bringToFront();
  await popup.locator("[data-testid=state][data-state=found]").waitFor({ timeout: 30_000 });
  assert.equal(await popup.getByTestId("lead-name").first().innerText(), "Nadia Ferrum");
  assert.equal(await popup.getByTestId("page-changed").count(), 0);

  // Read in the page: its core gets the rules too.
  const ivo = await open("ivo-quill-sample");
  await clickCapture(ivo);
  await until("the core in the page", () => inContentScript(browser, ivo, `typeof __read === "function"`));
  const ask = await server.device();
  await until("the second capture", async () => {
    const { body } = await ask("GET", "/v1/captures?after=0&wait=0&limit=10");
    return body.captures.some((c) => c.lead.full_name === "Ivo Quill" && c.state === "found");
  });
});

test("a report of a changed page holds its structure and none of its words", async (t) => {
  const { browser, open } = await lode(t);
  await open("nadia-ferrum-sample");
  const popup = await changed(browser);
  await popup.getByTestId("report").click();
  const [download] = await Promise.all([popup.waitForEvent("download"), popup.getByTestId("save-report").click()]);
  assert.equal(download.suggestedFilename(), "lode-page-report.txt");
  const report = readFileSync(await download.path(), "utf8");
  assert.match(report, /^Lode page report 1\nsite linkedin\nkind loading\n/);
  assert.match(report, /\n\d+ header class~[0-9a-f]{6} id~[0-9a-f]{6}\n/);
  assert.match(report, /\n\d+ a href=\/in\/\n/);
  for (const word of ["nadia", "ferrum", "sample", "n3w", "lumen", "orchard", "growth", "lyon", "otto", "hidalgo", "knows", "http", "linkedin.com"]) {
    assert.ok(!report.toLowerCase().includes(word), word);
  }
});
