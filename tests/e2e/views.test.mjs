// What is captured is what the user saw: lists that change, rows that a style sheet hides, pages
// drawn in a frame, clicks that were meant for the page before.
import assert from "node:assert/strict";
import { test } from "node:test";
import { backend, startMail } from "./support/backend.mjs";
import { clickCapture, contentScript, startPaired } from "./support/browser.mjs";
import { CSP_GUEST, CSP_MEMBER, servePages } from "./support/pages.mjs";
import { emberProfile, IVO, memberProfile, NADIA, peopleSearch, salesLead } from "./support/people.mjs";
import { ownFolder, until } from "./support/tools.mjs";

const SEARCH = "https://www.linkedin.com/search/results/people/?keywords=growth";
const PEOPLE = ["Ada Marlow", "Ben Stone", "Clara Wend"].map((name) => ({
  name, slug: name.toLowerCase().replace(" ", "-"), headline: "Buyer at Lumen Orchard", location: "Lyon, France",
}));
const [ADA, BEN, CLARA] = PEOPLE;
const MOIRA = { ...ADA, name: "Moira Quill", slug: "moira-quill" };

async function lode(t, pages) {
  const folder = ownFolder(t);
  const mail = await startMail(t, folder, { domains: [{ name: "lumenorchard.com", title: "Lumen Orchard", mailboxes: ["ada.marlow", "nadia.ferrum"] }] });
  const server = await backend(t, folder, mail).start();
  const served = await servePages(t, folder, pages);
  const browser = await startPaired(t, folder, served.port, server);
  const ask = await server.device();
  const captured = async () => {
    const { body } = await ask("GET", "/v1/captures?after=0&wait=0&limit=50");
    return body.captures.map((c) => c.lead.full_name).sort();
  };
  const open = async (url) => {
    const page = await browser.context.newPage();
    await page.goto(url);
    return page;
  };
  return { browser, captured, open };
}

const names = (popup) => popup.getByTestId("lead-name").allInnerTexts();
/** Puts the rows of another search in place of those in view, as the site does itself. */
const show = (page, people) =>
  page.evaluate((html) => {
    const next = new DOMParser().parseFromString(html, "text/html");
    document.getElementById("rows").replaceWith(next.getElementById("rows"));
  }, peopleSearch(people));

test("a list that changes after it was shown: whom the user chose, or nobody", async (t) => {
  const { browser, captured, open } = await lode(t, { "/search/results/people/": { html: peopleSearch(PEOPLE), csp: CSP_MEMBER } });
  const page = await open(SEARCH);
  const popup = await browser.page("popup.html");
  await until("the list", async () => (await names(popup)).length === 3);
  for (const at of [1, 2]) await popup.getByRole("checkbox").nth(at).click();
  // A row comes in above.
  await show(page, [MOIRA, ...PEOPLE]);
  await popup.getByTestId("capture-chosen").click();
  await until("Ada is captured", async () => (await captured()).length === 1);
  assert.deepEqual(await captured(), ["Ada Marlow"]);
  // Who was shown is gone: that is said, and the new list is shown.
  await until("the longer list", async () => (await names(popup)).length === 4);
  await show(page, [CLARA, BEN]);
  await popup.getByTestId("capture").click();
  await popup.getByTestId("problem").getByText(/has changed/).waitFor();
  await until("the new list", async () => (await names(popup)).join() === "Clara Wend,Ben Stone");
  assert.deepEqual(await captured(), ["Ada Marlow"]);
});

test("rows that a style sheet hides are no leads", async (t) => {
  const hidden = { ...BEN, attributes: 'class="put-away"' };
  const { browser, open } = await lode(t, { "/search/results/people/": { html: peopleSearch([ADA, hidden, CLARA]), csp: CSP_MEMBER } });
  await open(SEARCH);
  const popup = await browser.page("popup.html");
  await until("the list", async () => (await names(popup)).length > 1);
  assert.deepEqual(await names(popup), ["Ada Marlow", "Clara Wend"]);
});

/** The new layout's page with the frame in which the former layout is drawn. */
const framed = (style) =>
  memberProfile({ ...IVO, extra: `<iframe data-testid="interop-iframe" src="/preload/" style="width:100vw;height:100vh;position:absolute;top:0;left:0;border:0;${style}"></iframe>` });

test("a page drawn in the site's own frame is read there while it is in view", async (t) => {
  const csp = `${CSP_MEMBER}; frame-src 'self'`;
  const { browser, open } = await lode(t, {
    "/in/nadia-ferrum-sample/": { html: framed("opacity:1;z-index:9"), csp },
    "/in/ivo-quill-sample/": { html: framed("opacity:0;z-index:-1"), csp },
    "/preload/": { html: emberProfile(NADIA) },
  });
  const page = await open("https://www.linkedin.com/in/nadia-ferrum-sample/");
  await clickCapture(page);
  const popup = await browser.page("popup.html");
  await until("the address", async () => (await popup.getByTestId("email").first().innerText()) === "nadia.ferrum@lumenorchard.com");
  assert.deepEqual((await names(popup)).slice(0, 1), ["Nadia Ferrum"]);
  // Put away, the frame says nothing.
  await page.goto("https://www.linkedin.com/in/ivo-quill-sample/");
  await page.bringToFront();
  const again = await browser.page("popup.html");
  await until("the page behind it", async () => (await names(again))[0] === "Ivo Quill");
});

test("a click is for the page that was in view, not for the next", async (t) => {
  const { browser, captured, open } = await lode(t, { "/in/nadia-ferrum-sample/": { html: memberProfile(IVO), csp: CSP_GUEST } });
  // The former person is still shown under the new address: the click waits.
  const page = await open("https://www.linkedin.com/in/nadia-ferrum-sample/");
  const world = await contentScript(browser, page);
  await world.evaluate(`{ const snap = globalThis.__snap; globalThis.taken = 0; globalThis.__snap = () => { globalThis.taken += 1; return snap(); }; }`);
  await clickCapture(page);
  await until("it is read, once", () => world.evaluate("globalThis.taken === 1"));
  await page.evaluate((html) => {
    history.pushState({}, "", "/in/ivo-quill-sample/");
    document.body.replaceWith(new DOMParser().parseFromString(html, "text/html").body);
  }, memberProfile(IVO));
  // Longer than the click waits after a change, in the same clock.
  await world.evaluate("new Promise((done) => setTimeout(done, 1_000))");
  assert.equal(await world.evaluate("globalThis.taken"), 1);
  assert.deepEqual(await captured(), []);
  await clickCapture(page);
  await until("the one in view is captured by a click of its own", async () => (await captured()).length === 1);
  assert.deepEqual(await captured(), ["Ivo Quill"]);
  await world.close();
});

test("the former lead of Sales Navigator is never captured under the next one's address", async (t) => {
  const lead = (person) => `/sales/lead/ACwAA${person.slug.replaceAll("-", "").padEnd(34, "0")}`;
  const { browser, captured, open } = await lode(t, { [lead(ADA)]: { html: salesLead(ADA), csp: CSP_MEMBER } });
  const page = await open(`https://www.linkedin.com${lead(ADA)}`);
  const world = await contentScript(browser, page);
  await world.evaluate(`{ const snap = globalThis.__snap; globalThis.taken = 0; globalThis.__snap = () => { globalThis.taken += 1; return snap(); }; }`);
  // Nothing on the page says whose it is; it is still Ada's.
  await page.evaluate((path) => history.pushState({}, "", path), lead(BEN));
  await clickCapture(page);
  await until("it is read, once", () => world.evaluate("globalThis.taken === 1"));
  assert.deepEqual(await captured(), []);
  await page.evaluate((html) => {
    const next = new DOMParser().parseFromString(html, "text/html");
    document.title = next.title;
    document.body.replaceWith(next.body);
  }, salesLead(BEN));
  await until("the next one is captured, by the same click", async () => (await captured()).length === 1);
  assert.deepEqual(await captured(), ["Ben Stone"]);
  await world.close();
});
