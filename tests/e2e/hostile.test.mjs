// Hostile pages: no crash, no script run, a clear message. And what a page can see of us.
import assert from "node:assert/strict";
import { test } from "node:test";
import { backend, startMail } from "./support/backend.mjs";
import { buttonBox, clickCapture, inContentScript, leavePairing, startBrowser } from "./support/browser.mjs";
import { CSP_GUEST, CSP_MEMBER, servePages } from "./support/pages.mjs";
import { memberProfile } from "./support/people.mjs";
import { ownFolder, until } from "./support/tools.mjs";

const MALLORY = {
  slug: "mallory-sample",
  name: 'Mal <img src=x onerror="globalThis.pwned=1"> Ory',
  headline: "<script>globalThis.pwned=1</script> at Lumen Orchard",
  company: "Lumen <b>Orchard</b>",
  location: "javascript:alert(1)",
};

async function start(t, pages) {
  const folder = ownFolder(t);
  const mail = await startMail(t, folder, { domains: [{ name: "lumenorchard.com", title: "Lumen Orchard" }] });
  const server = await backend(t, folder, mail).start();
  const served = await servePages(t, folder, pages);
  leavePairing(t, server.address, server.code);
  const browser = await startBrowser(t, folder, served.port);
  await browser.welcome.getByTestId("unpair").waitFor();
  await browser.welcome.close();
  return { browser, server, served };
}

const page = (extra) => memberProfile({ ...MALLORY, name: "Mallory Ore", extra });

test("hostile pages", async (t) => {
  // Not displayed: laying such a page out crashes Chromium's own renderer.
  const nested = (n) => `<script>{ let at = document.createElement("div"); at.style.display = "none"; document.body.append(at); for (let i = 0; i < ${n}; i += 1) { const d = document.createElement("div"); at.append(d); at = d; } at.append("deep"); }</script>`;
  const pages = {
    "/in/mallory-sample/": { html: memberProfile(MALLORY), csp: CSP_MEMBER },
    "/in/mallory-sample/text/": { html: page(`<p>${"lorem ipsum ".repeat(440_000)}</p>`), csp: CSP_GUEST },
    "/in/mallory-sample/deep/": { html: page(nested(100_000)), csp: CSP_GUEST },
    "/in/mallory-sample/bytes/": { html: Buffer.concat([Buffer.from(page("")), Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0xed, 0xa0, 0x80])]), csp: CSP_MEMBER },
    "/in/mallory-sample/huge/": { html: page(`<p>${"x ".repeat(4_200_000)}</p>`), csp: CSP_MEMBER },
  };
  const { browser, server } = await start(t, pages);
  const ask = await server.device();
  const names = async () => {
    const { body } = await ask("GET", "/v1/captures?after=0&wait=0&limit=50");
    return body.captures.map((c) => c.lead.full_name);
  };
  const message = (tab) => tab.evaluate(() => document.documentElement.lastElementChild?.localName);

  await t.test("script-like names are text everywhere", async () => {
    const tab = await browser.context.newPage();
    await tab.goto("https://www.linkedin.com/in/mallory-sample/");
    await clickCapture(tab);
    await until("it has arrived", async () => (await names()).some((n) => n.includes("<img")));
    const popup = await browser.page("popup.html");
    await until("the popup shows it", async () => (await popup.getByTestId("lead-name").first().innerText()).includes("<img"));
    for (const where of [tab, popup]) assert.equal(await where.evaluate(() => globalThis.pwned), undefined);
    assert.equal(await popup.locator("img[src=x]").count(), 0);
    await popup.close();
    await tab.close();
  });

  for (const path of ["text", "deep", "bytes"]) {
    await t.test(`${path}: the person is read all the same`, async () => {
      const before = (await names()).length;
      const tab = await browser.context.newPage();
      await tab.goto(`https://www.linkedin.com/in/mallory-sample/${path}/`);
      const popup = await browser.page("popup.html");
      const region = popup.getByTestId("state").first();
      const said = await until("the popup says what it sees", async () => {
        const tab = await region.getAttribute("data-tab");
        return tab && tab !== "reading" && tab;
      });
      assert.equal(said, "ready");
      assert.equal(await message(tab), "div");
      assert.ok((await names()).length >= before);
      await popup.close();
      await tab.close();
    });
  }

  await t.test("a page over the limit is refused with a message", async () => {
    const tab = await browser.context.newPage();
    await tab.goto("https://www.linkedin.com/in/mallory-sample/huge/");
    const popup = await browser.page("popup.html");
    await until("the message", async () => /too large/i.test(await popup.locator("body").innerText()), 60_000);
    await popup.close();
    await tab.close();
  });
});

test("what a page and a content script can see", async (t) => {
  const { browser } = await start(t, {
    "/in/mallory-sample/": { html: memberProfile({ ...MALLORY, name: "Mallory Ore" }), csp: CSP_MEMBER },
  });
  const tab = await browser.context.newPage();
  await tab.goto("https://www.linkedin.com/in/mallory-sample/");
  await until("the button", () => buttonBox(tab));

  await t.test("the page finds nothing that names the extension", async () => {
    const seen = await tab.evaluate(async (id) => {
      const host = document.documentElement.lastElementChild;
      const files = ["extension/content.js", "extension/reader.js", "extension/pkg/core_bg.wasm", "icons/128.png"];
      const fetched = await Promise.all(
        files.map((file) => fetch(`chrome-extension://${id}/${file}`).then(() => true, () => false)),
      );
      return {
        html: host.outerHTML,
        root: host.shadowRoot,
        fetched,
        globals: Object.keys(globalThis).filter((key) => /lode|__snap|__read/i.test(key)),
        markup: document.documentElement.outerHTML.includes("chrome-extension"),
        connect: typeof globalThis.chrome?.runtime?.sendMessage,
      };
    }, browser.id);
    assert.deepEqual(seen, { html: "<div></div>", root: null, fetched: [false, false, false, false], globals: [], markup: false, connect: "undefined" });
  });

  await t.test("a synthetic click captures nothing", async () => {
    await tab.evaluate(() => document.documentElement.lastElementChild.click());
    const popup = await browser.page("popup.html");
    await until("the page is read", async () => (await popup.getByTestId("state").first().getAttribute("data-state")) === "ready");
    await popup.close();
  });

  await t.test("a content script cannot read the token", async () => {
    const answer = await inContentScript(
      browser,
      tab,
      `chrome.storage.local.get(null).then((all) => JSON.stringify(all), (error) => "refused: " + error.message)`,
    );
    assert.match(answer, /refused/);
  });

  await t.test("the button can be switched off", async () => {
    const options = await browser.page("options.html");
    await options.getByTestId("show-button-setting").click();
    await until("the button is gone", async () => !(await buttonBox(tab)));
    await options.getByTestId("show-button-setting").click();
    await until("the button is back", () => buttonBox(tab));
    await options.close();
  });
});
