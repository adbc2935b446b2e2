// The main job: one click on a profile brings a verified e-mail and the credits left.
// Everything is real: Chromium, the extension as shipped, HTTP, SQLite, DNS, SMTP.
import assert from "node:assert/strict";
import { test } from "node:test";
import { backend, startMail } from "./support/backend.mjs";
import { clickCapture, inContentScript, killWorker, startPaired } from "./support/browser.mjs";
import { CSP_GUEST, CSP_MEMBER, servePages } from "./support/pages.mjs";
import { guestProfile, IVO, memberProfile, NADIA } from "./support/people.mjs";
import { ownFolder, until } from "./support/tools.mjs";

const SPENDERS = ["alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel", "ivy", "juniper"];

const MAIL = {
  domains: [
    { name: "lumenorchard.com", title: "Lumen Orchard", mailboxes: ["nadia.ferrum", "ivo.quill", "ole.brandt", ...SPENDERS.map((name) => `tessa.${name}`)] },
    { name: "quarrylane.com", title: "Quarry Lane", mailboxes: ["someone.else"] },
  ],
};

const OLE = { slug: "ole-brandt-sample", name: "Ole Brandt", title: "Einkauf", company: "Lumen Orchard", location: "Bremen" };
const PIA = { slug: "pia-morrow-sample", name: "Pia Morrow", title: "Buyer", company: "Quarry Lane", location: "Bremen" };

/** Mail, backend, pages, browser; paired. */
async function lode(t, { mail = MAIL, settings } = {}) {
  const folder = ownFolder(t);
  const server = await backend(t, folder, await startMail(t, folder, mail), settings).start();
  const pages = {
    "/in/nadia-ferrum-sample/": { html: memberProfile(NADIA), csp: CSP_MEMBER },
    "/in/ivo-quill-sample/": { html: memberProfile(IVO), csp: CSP_MEMBER },
    "/in/ole-brandt-sample": { html: guestProfile(OLE), csp: CSP_GUEST },
    "/in/pia-morrow-sample": { html: guestProfile(PIA), csp: CSP_GUEST },
  };
  const served = await servePages(t, folder, pages);
  const browser = await startPaired(t, folder, served.port, server);
  return { server, pages, browser };
}

async function open(browser, url) {
  const page = await browser.context.newPage();
  await page.goto(url);
  return page;
}

const text = (page, id) => page.getByTestId(id).first().innerText();
const state = (page) => page.getByTestId("state").first().getAttribute("data-state");

/** Whether the core has been brought into the page's content script. */
const readsHere = (browser, page) => inContentScript(browser, page, `typeof __read === "function"`);

async function waitForState(page, wanted) {
  await until(`the popup says ${wanted}`, async () => (await state(page)) === wanted).catch(async (error) => {
    throw new Error(`${error.message}; it says ${await state(page)}: ${await page.locator("body").innerText()}`);
  });
}

test("found: under the member pages' policy the worker reads the page", async (t) => {
  const { server, browser } = await lode(t);
  const page = await open(browser, "https://www.linkedin.com/in/nadia-ferrum-sample/");
  await clickCapture(page);
  const popup = await browser.page("popup.html");
  await waitForState(popup, "found");
  assert.equal(await readsHere(browser, page), false);
  assert.equal(await text(popup, "lead-name"), "Nadia Ferrum");
  assert.match(await text(popup, "lead-title"), /Head of Growth/);
  assert.match(await text(popup, "lead-company"), /Lumen Orchard/);
  assert.equal(await text(popup, "email"), "nadia.ferrum@lumenorchard.com");
  assert.match(await text(popup, "verdict"), /verified/i);
  assert.match(await text(popup, "confidence"), /100/);
  assert.match(await text(popup, "credits"), /^9\b/);
  assert.match(await text(popup, "receipt"), /1 credit/);

  // Clicked again: the same lead costs nothing more.
  await page.bringToFront();
  await clickCapture(page);
  const ask = await server.device();
  await until("both captures have ended", async () => {
    const { body } = await ask("GET", "/v1/captures?after=0&wait=0&limit=10");
    return body.captures.length === 2 && body.captures.every((c) => c.state === "found");
  });
  const { body } = await ask("GET", "/v1/account");
  assert.deepEqual([body.credits.available, body.credits.held], [9_000, 0]);
  await popup.bringToFront();
  await until("the free receipt", async () => /free|0 credits/i.test(await text(popup, "receipt")));
  assert.match(await text(popup, "credits"), /^9\b/);
});

test("found: under the guest pages' policy the page is read in the page", async (t) => {
  const { browser } = await lode(t);
  const page = await open(browser, "https://de.linkedin.com/in/ole-brandt-sample");
  assert.equal(await readsHere(browser, page), false, "the core is brought before the click");
  await clickCapture(page);
  const popup = await browser.page("popup.html");
  await waitForState(popup, "found");
  assert.equal(await readsHere(browser, page), true);
  assert.equal(await text(popup, "email"), "ole.brandt@lumenorchard.com");
  assert.match(await text(popup, "verdict"), /verified/i);
  assert.match(await text(popup, "credits"), /^9\b/);
});

test("not found: nothing is charged", async (t) => {
  const { server, browser } = await lode(t);
  const page = await open(browser, "https://de.linkedin.com/in/pia-morrow-sample");
  await clickCapture(page);
  const popup = await browser.page("popup.html");
  await waitForState(popup, "not_found");
  assert.equal(await text(popup, "lead-name"), "Pia Morrow");
  assert.match(await text(popup, "credits"), /^10\b/);
  const ask = await server.device();
  const { body } = await ask("GET", "/v1/captures?after=0&wait=0&limit=10");
  assert.equal(body.captures.length, 1);
  assert.equal(body.captures[0].receipt.charged, 0);
});

test("captured from the popup, without the button in the page", async (t) => {
  const { browser } = await lode(t);
  await open(browser, "https://www.linkedin.com/in/ivo-quill-sample/");
  const popup = await browser.page("popup.html");
  await waitForState(popup, "ready");
  assert.equal(await text(popup, "lead-name"), "Ivo Quill");
  await popup.getByTestId("capture").click();
  await waitForState(popup, "found");
  assert.equal(await text(popup, "email"), "ivo.quill@lumenorchard.com");
});

test("server down, then up: the capture waits and arrives once", async (t) => {
  const { server, browser } = await lode(t);
  const page = await open(browser, "https://www.linkedin.com/in/nadia-ferrum-sample/");
  await server.stop();
  await clickCapture(page);
  const popup = await browser.page("popup.html");
  await until("the popup tells that the server is away", async () =>
    /waiting|unreachable|no answer/i.test(await popup.locator("body").innerText()));
  await server.start();
  // By itself within the back-off, or at once by the button, whichever comes first.
  await popup.getByTestId("retry").first().click({ timeout: 1_000 }).catch(() => {});
  await waitForState(popup, "found");
  const ask = await server.device();
  const { body } = await ask("GET", "/v1/captures?after=0&wait=0&limit=10");
  assert.equal(body.captures.length, 1);
  assert.deepEqual([body.credits.available, body.credits.held], [9_000, 0]);
});

test("worker killed between click and answer: one capture, one charge", async (t) => {
  const { server, browser } = await lode(t, { mail: { latency_ms: 150, ...MAIL } });
  const page = await open(browser, "https://www.linkedin.com/in/nadia-ferrum-sample/");
  await clickCapture(page);
  await killWorker(browser);
  const popup = await browser.page("popup.html");
  await waitForState(popup, "found");
  const ask = await server.device();
  const { body } = await ask("GET", "/v1/captures?after=0&wait=0&limit=10");
  assert.equal(body.captures.length, 1);
  assert.deepEqual([body.credits.available, body.credits.held], [9_000, 0]);
});

test("out of credits: said, the lead is kept, nothing is charged", async (t) => {
  const { server, browser } = await lode(t);
  const ask = await server.device();
  await spend(ask);
  await open(browser, "https://www.linkedin.com/in/ivo-quill-sample/");
  const popup = await browser.page("popup.html");
  await popup.getByTestId("capture").click();
  await waitForState(popup, "out_of_credits");
  assert.match(await text(popup, "credits"), /^0\b/);
  assert.equal(await text(popup, "lead-name"), "Ivo Quill");
});

/** Spends the account's ten credits on ten people who are found. */
async function spend(ask) {
  for (const name of SPENDERS) {
    const profile_url = `https://www.linkedin.com/in/tessa-${name}-sample`;
    const { status } = await ask("POST", "/v1/captures", {
      operation_id: crypto.randomUUID(),
      captured_at: Date.now(),
      page_url: profile_url,
      page: { site: "linkedin", kind: "profile", layout: null },
      lead: { kind: "person", full_name: `Tessa ${name}`, company: "Lumen Orchard", company_domain: "lumenorchard.com", profile_url },
    });
    assert.ok(status < 300, `${name}: ${status}`);
  }
  await until("all are found", async () => {
    const { body } = await ask("GET", "/v1/account");
    return body.credits.available === 0 && body.credits.held === 0;
  }, 60_000);
}

test("in-page navigation: never the former person under the new address", async (t) => {
  const { browser, server } = await lode(t);
  const page = await open(browser, "https://www.linkedin.com/in/nadia-ferrum-sample/");
  await page.evaluate(() => history.pushState({}, "", "/in/ivo-quill-sample/"));
  await clickCapture(page);
  // The page still shows the former person; soon the new one.
  await page.evaluate((html) => {
    const next = new DOMParser().parseFromString(html, "text/html");
    document.title = next.title;
    document.body.replaceWith(next.body);
  }, memberProfile(IVO));
  const popup = await browser.page("popup.html");
  await waitForState(popup, "found");
  assert.equal(await text(popup, "email"), "ivo.quill@lumenorchard.com");
  const ask = await server.device();
  const { body } = await ask("GET", "/v1/captures?after=0&wait=0&limit=10");
  assert.deepEqual(body.captures.map((c) => c.lead.full_name), ["Ivo Quill"]);
});
