// Credits in the extension: pools, the unlock button, auto-unlock, the dashboard. Everything is
// real but the data provider, which answers on loopback as LeadMagic documents it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { backend, startMail } from "./support/backend.mjs";
import { killWorker, startPaired } from "./support/browser.mjs";
import { CSP_MEMBER, servePages } from "./support/pages.mjs";
import { IVO, memberProfile, NADIA } from "./support/people.mjs";
import { startProvider } from "./support/provider.mjs";
import { ownFolder, until } from "./support/tools.mjs";

const MAIL = {
  domains: [{ name: "lumenorchard.com", title: "Lumen Orchard", mailboxes: ["nadia.ferrum", "ivo.quill"] }],
};
const ACCEPTING = { domains: [{ ...MAIL.domains[0], character: "accept_all" }] };
const NUMBER = "+49 151 5550 200";

/** Mail, provider, backend, pages, browser; paired, with a provider's key and premium credit. */
async function lode(t, { premium = 3_000, provided = true, settings = {}, mail: scenario = MAIL } = {}) {
  const folder = ownFolder(t);
  const provider = await startProvider(t, { [NADIA.slug]: NUMBER });
  const mail = await startMail(t, folder, scenario);
  const server = await backend(t, folder, mail, { LODE_PROVIDER_URLS: `leadmagic=${provider.url}`, ...settings }).start();
  const ask = await server.device();
  if (provided) {
    const set = await ask("PUT", "/v1/providers/leadmagic", { key: "invented-key", daily_limit: 1_000_000 });
    assert.equal(set.status, 200, JSON.stringify(set.body));
  }
  if (premium) await buy(ask, premium);
  const served = await servePages(t, folder, {
    [`/in/${NADIA.slug}/`]: { html: memberProfile(NADIA), csp: CSP_MEMBER },
    [`/in/${IVO.slug}/`]: { html: memberProfile(IVO), csp: CSP_MEMBER },
  });
  const browser = await startPaired(t, folder, served.port, server);
  return { server, ask, provider, browser };
}

async function buy(ask, amount) {
  const bought = await ask("POST", "/v1/purchases", { payment_reference: crypto.randomUUID(), pool: "premium", amount });
  assert.ok(bought.status < 300, JSON.stringify(bought.body));
}

const text = (page, id) => page.getByTestId(id).first().innerText();
const unlockState = (page) => page.getByTestId("unlock").getAttribute("data-unlock");

/** The popup beside a person's page, once the e-mail is found. */
const captured = (browser, person) => ended(browser, person, "found");

/** The same once the search has ended without a proof. */
const unproved = (browser, person) => ended(browser, person, "unsure");

async function ended(browser, person, state) {
  const page = await browser.context.newPage();
  await page.goto(`https://www.linkedin.com/in/${person.slug}/`);
  const popup = await browser.page("popup.html");
  await popup.getByTestId("capture").click();
  await popup.locator(`[data-testid=state][data-state=${state}]`).waitFor();
  return popup;
}

async function waitForUnlock(popup, wanted) {
  await until(`the unlock is ${wanted}`, async () => (await unlockState(popup)) === wanted).catch(async (error) => {
    throw new Error(`${error.message}: ${await popup.locator("body").innerText()}`);
  });
}

async function spent(ask) {
  const { body } = await ask("GET", "/v1/credits");
  const premium = body.credits.pools.find((pool) => pool.pool === "premium");
  // A pool that nobody has or gets credit of is not listed.
  return [premium?.available ?? 0, premium?.held ?? 0];
}

async function unlocks(ask) {
  const { body } = await ask("GET", "/v1/receipts?limit=50");
  return body.receipts.filter((receipt) => receipt.action === "mobile_find");
}

test("the button says its price; a click brings the number, the receipt and the balance", async (t) => {
  const { browser, ask, provider } = await lode(t);
  const popup = await captured(browser, NADIA);
  assert.match(await popup.locator("[data-testid=credits][data-pool=premium]").innerText(), /^3 premium credits/);
  await until("the price", async () => (await text(popup, "unlock-button")) === "Unlock mobile · 1 premium credit");
  await popup.getByTestId("unlock-button").click();
  await waitForUnlock(popup, "unlocked");
  assert.equal(await text(popup, "phone"), NUMBER);
  assert.match(await text(popup, "unlock-receipt"), /1 premium credit/);
  await until("the new balance", async () =>
    /^2 premium credits/.test(await popup.locator("[data-testid=credits][data-pool=premium]").innerText()));
  assert.deepEqual(await spent(ask), [2_000, 0]);
  assert.equal(provider.asked.length, 1);

  // Captured again: the number stands there at once, and nothing more is charged.
  await popup.getByTestId("capture").click();
  await until("both captures", async () => (await popup.getByTestId("recent-item").count()) === 2);
  await waitForUnlock(popup, "unlocked");
  assert.equal(await text(popup, "phone"), NUMBER);
  assert.deepEqual(await spent(ask), [2_000, 0]);
  assert.equal((await unlocks(ask)).length, 1);
});

test("worker killed and popup closed between click and answer: one unlock, one charge", async (t) => {
  const { browser, ask, provider } = await lode(t);
  let popup = await captured(browser, NADIA);
  const release = provider.hold();
  await popup.getByTestId("unlock-button").click();
  await waitForUnlock(popup, "working");
  await until("the provider is asked", () => provider.asked.length === 1);
  await popup.close();
  await killWorker(browser);
  release();
  popup = await browser.page("popup.html");
  await waitForUnlock(popup, "unlocked");
  assert.equal(await text(popup, "phone"), NUMBER);
  assert.deepEqual(await spent(ask), [2_000, 0]);
  assert.equal(provider.asked.length, 1);
  assert.equal((await unlocks(ask)).length, 1);
});

test("server down at the click: the unlock is kept, sent when it is back, and charged once", async (t) => {
  const { browser, ask, server } = await lode(t);
  const popup = await captured(browser, NADIA);
  await popup.getByTestId("unlock-button").waitFor();
  await server.stop();
  await popup.getByTestId("unlock-button").click();
  await waitForUnlock(popup, "kept");
  await server.start();
  await popup.getByTestId("retry").first().click({ timeout: 1_000 }).catch(() => {});
  await waitForUnlock(popup, "unlocked");
  assert.deepEqual(await spent(ask), [2_000, 0]);
  assert.equal((await unlocks(ask)).length, 1);
});

test("nobody knows a number: said, and nothing is charged", async (t) => {
  const { browser, ask } = await lode(t);
  const popup = await captured(browser, IVO);
  await popup.getByTestId("unlock-button").click();
  await waitForUnlock(popup, "none");
  assert.match(await popup.getByTestId("unlock").innerText(), /No mobile number found/);
  assert.deepEqual(await spent(ask), [3_000, 0]);
});

test("without credit or without a provider the button says why, before the click", async (t) => {
  const { browser, ask } = await lode(t, { premium: 0 });
  const popup = await captured(browser, NADIA);
  await until("what is missing", async () => /Not enough: 0 premium credits/.test(await text(popup, "unlock-note")));
  assert.equal(await popup.getByTestId("unlock-button").getAttribute("aria-disabled"), "true");
  await popup.getByTestId("unlock-button").click({ force: true });
  assert.equal((await unlocks(ask)).length, 0);
});

test("no provider is set up: said on the button", async (t) => {
  const { browser } = await lode(t, { provided: false });
  const popup = await captured(browser, NADIA);
  await until("the reason", async () => /No data provider/.test(await text(popup, "unlock-note")));
  assert.equal(await popup.getByTestId("unlock-button").getAttribute("aria-disabled"), "true");
});

test("no credit at the click: the unlock is paused, and resumed by a click once there is some", async (t) => {
  const { browser, ask } = await lode(t, { premium: 1_000 });
  const popup = await captured(browser, NADIA);
  await until("the price", async () => (await text(popup, "unlock-note")) === "Charged only if a number is found.");
  // An admin caps the member, while the popup still shows the button.
  const { body: me } = await ask("GET", "/v1/members");
  const capped = await ask("PATCH", `/v1/members/${me.me}`, { caps: { premium: 0 } });
  assert.equal(capped.status, 200, JSON.stringify(capped.body));
  await popup.getByTestId("unlock-button").click();
  await waitForUnlock(popup, "paused");
  await until("what stands against it", async () => /^Your own limit/.test(await text(popup, "unlock-note")));
  assert.equal(await popup.getByTestId("unlock-button").getAttribute("aria-disabled"), "true");
  assert.deepEqual((await unlocks(ask)).map((unlock) => unlock.state), ["paused"]);
  await ask("PATCH", `/v1/members/${me.me}`, { caps: { premium: null } });
  // Nothing goes on by itself.
  await popup.reload();
  await until("it can be resumed", async () => (await popup.getByTestId("unlock-button").getAttribute("aria-disabled")) === null);
  assert.equal(await unlockState(popup), "paused");
  await popup.getByTestId("unlock-button").click();
  await waitForUnlock(popup, "unlocked");
  assert.deepEqual(await spent(ask), [0, 0]);
  assert.equal((await unlocks(ask)).length, 1);
});

test("running out is said before the click, and a stopped capture is resumed from the dashboard", async (t) => {
  const { browser, ask } = await lode(t, { premium: 0 });
  const { body: me } = await ask("GET", "/v1/members");
  await ask("PATCH", `/v1/members/${me.me}`, { caps: { standard: 0 } });
  const page = await browser.context.newPage();
  await page.goto(`https://www.linkedin.com/in/${NADIA.slug}/`);
  const popup = await browser.page("popup.html");
  await popup.getByTestId("capture").waitFor();
  await until("what is said", async () => /^Your own limit for this period is reached/.test(await text(popup, "shortage")));
  await popup.getByTestId("capture").click();
  await popup.locator("[data-testid=state][data-state=out_of_credits]").waitFor();
  await ask("PATCH", `/v1/members/${me.me}`, { caps: { standard: null } });
  const [dashboard] = await Promise.all([browser.context.waitForEvent("page"), popup.getByTestId("to-dashboard").click()]);
  await dashboard.getByTestId("waiting").getByTestId("resume").click();
  await until("the receipt in the list", async () => /1 credit: verified/.test(await dashboard.getByTestId("operations").innerText()));
});

test("numbers come with the capture where the member has chosen so; the setting is the account's to lock", async (t) => {
  const { browser, ask, provider } = await lode(t);
  const options = await browser.page("options.html");
  await options.getByTestId("auto-unlock").waitFor();
  assert.equal(await options.getByTestId("auto-unlock").isDisabled(), true, "off by policy");
  await options.getByTestId("member").check();
  await options.getByTestId("minimum-quality").fill("0");
  await options.getByTestId("daily-cap").fill("1");
  await options.getByTestId("save-rule").click();
  await until("the box can be ticked", async () => options.getByTestId("auto-unlock").isEnabled());
  await options.getByTestId("auto-unlock").check();
  await until("the setting is the server's", async () => {
    const { body } = await ask("GET", "/v1/credits");
    return body.auto_unlock.active && body.auto_unlock.daily_cap === 1;
  });
  const popup = await captured(browser, NADIA);
  await waitForUnlock(popup, "unlocked");
  assert.equal(await text(popup, "phone"), NUMBER);
  assert.equal(provider.asked.length, 1);
  const [unlock] = await unlocks(ask);
  assert.equal(unlock.automatic, true);
  await options.bringToFront();
  await options.reload();
  await until("the day's use", async () => /1 of at most 1 used today/.test(await options.getByTestId("numbers").innerText()));
});

test("a provider that is allowed on the options page gives a second opinion, shown and on the receipt", async (t) => {
  const { browser, ask, provider } = await lode(t, { mail: ACCEPTING });
  const first = await unproved(browser, NADIA);
  await first.close();
  assert.deepEqual(provider.validated, [], "nobody is asked who was not allowed");
  const options = await browser.page("options.html");
  const box = options.locator("[data-testid=second-opinion][data-provider=leadmagic]");
  await box.waitFor();
  assert.equal(await box.isChecked(), false);
  assert.match(await options.getByTestId("opinions").innerText(), /Ask LeadMagic: at most 1 of its credits for each address/);
  await box.check();
  await until("the setting is the server's", async () => {
    const { body } = await ask("GET", "/v1/providers");
    return body.providers[0].second_opinion === true;
  });
  await options.reload();
  await box.waitFor();
  assert.equal(await box.isChecked(), true);
  await options.close();
  const popup = await unproved(browser, IVO);
  await popup.getByText("LeadMagic says that this address exists.").waitFor();
  assert.deepEqual(provider.validated, ["ivo.quill@lumenorchard.com"]);
  const { body } = await ask("GET", "/v1/providers");
  assert.equal(body.providers[0].spent_today, 250);
});

test("the dashboard shows pools, operations and a whole receipt; the token is in no page", async (t) => {
  const { browser } = await lode(t);
  const popup = await captured(browser, NADIA);
  await popup.getByTestId("unlock-button").click();
  await waitForUnlock(popup, "unlocked");
  const dashboard = await browser.page("dashboard.html");
  const operations = dashboard.getByTestId("operations").getByTestId("operation");
  await until("both operations", async () => (await operations.count()) === 2);
  assert.match(await dashboard.locator("[data-testid=pool][data-pool=premium]").innerText(), /^2 premium credits/);
  assert.match(await dashboard.locator("[data-testid=pool][data-pool=standard]").innerText(), /^9 credits/);
  assert.match(await operations.first().innerText(), /Mobile unlock/);
  await operations.first().getByRole("link").click();
  const receipt = dashboard.getByTestId("receipt");
  await receipt.getByText("mobile_find.found").waitFor();
  const shown = await receipt.innerText();
  assert.match(shown, /LeadMagic/);
  assert.match(shown, /Ledger entries\s+#\d+/);
  assert.match(shown, /What it rests on:[\s\S]*Result · Outcome\s+found/);
  const held = await dashboard.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.doesNotMatch(held, /lode_[A-Za-z0-9]{8}/);
  assert.match(await dashboard.getByTestId("receipt").innerText(), /Nadia Ferrum/);
});
