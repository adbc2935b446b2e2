// How popup, options page and dashboard behave while the worker's state changes under them:
// the real bundle in a real browser, canned replies.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openBrowser } from "./harness.mjs";
import { PROVIDERS, screens } from "./states.mjs";

const DIST = process.env.LODE_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
let browser;
before(async () => { browser = await openBrowser(DIST); });
after(() => browser?.close());

async function open(t, name) {
  const faults = [];
  const page = await browser.open(screens[name], { faults });
  t.after(async () => {
    await page.context().close();
    assert.deepEqual(faults, [], "errors in the page");
  });
  return page;
}

const sent = (page) => page.evaluate(() => globalThis.fake.sent);

/** Changes the worker's state and waits until the page shows it. */
async function change(page, edit) {
  await page.evaluate((source) => {
    const next = structuredClone(globalThis.fake.state);
    globalThis.fake.change(Object.assign(next, JSON.parse(source)));
  }, JSON.stringify(edit));
}

test("what is typed, the caret and the focus survive a change of state", async (t) => {
  const page = await open(t, "needs-domain");
  const input = page.getByTestId("domain-input");
  await input.pressSequentially("kestrel.example");
  await input.evaluate((e) => e.setSelectionRange(3, 5));
  await change(page, { credits: { available: 4_000, held: 0, plan_limit: 10_000, resets_at: null }, unsent: 3 });
  await page.getByText("4 credits").waitFor();
  assert.equal(await input.inputValue(), "kestrel.example");
  assert.deepEqual(
    await input.evaluate((e) => [document.activeElement === e, e.selectionStart, e.selectionEnd]),
    [true, 3, 5],
  );
  // The text comes back even after another screen stood in its place.
  const { tab, current } = screens["needs-domain"].state;
  await change(page, { tab: { state: "unsupported" }, current: null });
  await page.locator("[data-state=unsupported]").waitFor();
  await change(page, { tab, current });
  assert.equal(await input.inputValue(), "kestrel.example");
  await input.press("Enter");
  await page.waitForFunction(() => globalThis.fake.sent.length > 0);
  assert.deepEqual(await sent(page), [
    { kind: "set_domain", operation_id: current.operation_id, domain: "kestrel.example" },
  ]);
});

test("the keyboard captures, once", async (t) => {
  const page = await open(t, "ready");
  await page.waitForFunction(() => document.activeElement?.dataset.testid === "capture");
  await page.evaluate(() => { globalThis.fake.hold = new Promise((go) => { globalThis.go = go; }); });
  await page.keyboard.press("Enter");
  await page.locator("[data-testid=capture][aria-disabled=true]").waitFor();
  await page.keyboard.press("Space");
  // Forced, since the driver itself would wait for the button to be enabled.
  await page.getByTestId("capture").click({ force: true });
  const { state } = screens.working;
  await page.evaluate((next) => { globalThis.fake.state = next; globalThis.fake.hold = null; globalThis.go(); }, state);
  await page.evaluate(() => globalThis.fake.change());
  await page.locator("[data-state=working]").waitFor();
  assert.deepEqual(await sent(page), [{ kind: "capture", leads: ["https://www.linkedin.com/in/ilse-varga-brandt"] }]);
  // The button is gone; the focus is on what came of it.
  await page.waitForFunction(() => document.activeElement?.localName === "h3");
});

test("the ticked rows are captured, and no others", async (t) => {
  const page = await open(t, "list");
  await page.getByRole("checkbox").nth(0).click();
  await page.getByRole("checkbox").nth(1).click();
  await page.getByTestId("capture-chosen").click();
  await page.waitForFunction(() => globalThis.fake.sent.length > 0);
  const { leads } = screens.list.state.tab;
  const chosen = [1, 4, 5, 6].map((at) => leads[at].lead.profile_url.toLowerCase());
  assert.deepEqual(await sent(page), [{ kind: "capture", leads: chosen }]);
});

test("ticks do not move to other people when the page changes", async (t) => {
  const page = await open(t, "list");
  const boxes = page.getByRole("checkbox");
  await boxes.nth(0).click();
  assert.equal(await boxes.nth(0).isChecked(), false);
  const { tab } = screens.list.state;
  await change(page, { tab: { ...tab, leads: [...tab.leads].reverse() } });
  await page.getByTestId("lead-name").first().getByText("Moriyama").waitFor();
  assert.equal(await boxes.nth(0).isChecked(), true);
});

test("copy buttons copy what they name", async (t) => {
  const page = await open(t, "found");
  await page.getByTestId("copy-email").click();
  await page.getByTestId("copy-email").getByText("Copied").waitFor();
  await page.getByTestId("copy-name").click();
  await page.getByTestId("copy-link").click();
  await page.getByTestId("copy-lead").click();
  await page.getByTestId("copy-lead").getByText("Copied").waitFor();
  const copied = await page.evaluate(() => globalThis.fake.copied);
  assert.deepEqual(copied.slice(0, 3), [
    "ilse.varga-brandt@kestrel-ore.example",
    "Ilse Varga-Brandt",
    "https://www.linkedin.com/in/ilse-varga-brandt",
  ]);
  assert.match(copied[3], /^Ilse Varga-Brandt\nTitle: Head of Drilling\n/);
});

test("page text is text", async (t) => {
  const page = await open(t, "hostile");
  assert.match(await page.getByTestId("lead-name").innerText(), /^<img src=x/);
  assert.equal(await page.locator("main img, main script, main a").count(), 0);
});

test("pairing asks the browser for that one server within the click, then the worker", async (t) => {
  const page = await open(t, "options");
  await page.getByTestId("server-input").fill("lode.kestrel-ore.example:8443/x");
  await page.getByTestId("code-input").fill(" ABCD-2345 ");
  await page.getByTestId("device-input").fill("Bench");
  await page.getByTestId("pair").click();
  await page.waitForFunction(() => globalThis.fake.sent.length === 2);
  assert.deepEqual(await sent(page), [
    { permission: ["https://lode.kestrel-ore.example/*"], gesture: true },
    { kind: "pair", server: "https://lode.kestrel-ore.example:8443/x", code: "ABCD-2345", device_name: "Bench" },
  ]);
});

test("a declined permission and a bad address send nothing, and lose nothing", async (t) => {
  const page = await open(t, "options");
  await page.getByTestId("code-input").fill("ABCD-2345");
  await page.getByTestId("server-input").fill("http://lode.kestrel-ore.example");
  await page.getByTestId("pair").click();
  await page.locator("[data-testid=problem][data-code=bad_address]").waitFor();
  assert.deepEqual(await sent(page), []);
  await page.evaluate(() => { globalThis.fake.granted = false; });
  await page.getByTestId("server-input").fill("https://lode.kestrel-ore.example");
  await page.getByTestId("pair").click();
  await page.locator("[data-testid=problem][data-code=permission]").waitFor();
  assert.equal((await sent(page)).filter((m) => m.kind).length, 0);
  assert.equal(await page.getByTestId("code-input").inputValue(), "ABCD-2345");
});

test("unpairing asks first", async (t) => {
  const page = await open(t, "options-paired");
  await page.getByTestId("unpair").click();
  await page.waitForFunction(() => document.activeElement?.dataset.testid === "unpair-cancel");
  await page.getByTestId("unpair-cancel").click();
  await page.getByTestId("unpair").click();
  assert.deepEqual(await sent(page), []);
  await page.getByTestId("unpair-confirm").click();
  await page.waitForFunction(() => globalThis.fake.sent.length > 0);
  assert.deepEqual(await sent(page), [{ kind: "unpair" }]);
});

test("the setting is sent whole", async (t) => {
  const page = await open(t, "options-paired");
  await page.getByTestId("show-button-setting").click();
  await page.waitForFunction(() => globalThis.fake.sent.length > 0);
  assert.deepEqual(await sent(page), [{ kind: "set_settings", settings: { show_button: false } }]);
});

test("a flood of changes is not a flood of questions", async (t) => {
  const page = await open(t, "ready");
  const asked = () => page.evaluate(() => globalThis.fake.asked.filter((m) => m.kind === "get_state").length);
  const before = await asked();
  await page.evaluate(async () => {
    for (let i = 0; i < 500; i += 1) {
      globalThis.fake.change();
      await null;
    }
  });
  await change(page, { credits: { available: 2_000, held: 0, plan_limit: 10_000, resets_at: null } });
  await page.getByText("2 credits").waitFor();
  assert.ok((await asked()) - before <= 5, "questions");
});

test("a page that seems to have changed offers a report, as a file", async (t) => {
  const page = await open(t, "changed");
  await page.getByTestId("page-changed").waitFor();
  assert.equal(await page.getByTestId("lead-name").first().innerText(), "Ilse Varga-Brandt");
  await page.getByTestId("report").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("save-report").click()]);
  assert.equal(download.suggestedFilename(), "lode-page-report.txt");
  assert.deepEqual(await sent(page), [{ kind: "report" }]);
  await change(page, { changed: false });
  await page.waitForFunction(() => !document.querySelector("[data-testid=page-changed]"));
});

test("the options say how well pages are read", async (t) => {
  const page = await open(t, "options-reading");
  assert.match(await page.getByTestId("rules-note").innerText(), /refused/);
  assert.match(await page.getByTestId("health").innerText(), /linkedin profile\s+83 of 120 expected fields.*changed/);
});

test("a click on Unlock is sent once, with its lead", async (t) => {
  const page = await open(t, "unlock-ready");
  await page.getByTestId("unlock-button").click();
  await page.waitForFunction(() => globalThis.fake.sent.length > 0);
  const { lead_id } = screens["unlock-ready"].state.current;
  assert.deepEqual(await sent(page), [{ kind: "operate", call: "unlocks", lead_id, operation_id: null }]);
});

test("a button that cannot be had says why, stays in reach, and sends nothing", async (t) => {
  const page = await open(t, "unlock-short");
  const button = page.getByTestId("unlock-button");
  await button.focus();
  await page.keyboard.press("Enter");
  await button.click({ force: true });
  assert.match(await page.getByTestId("unlock-note").innerText(), /^Not enough: 2 premium credits left until/);
  assert.equal(await button.getAttribute("aria-describedby"), "unlock-note");
  assert.deepEqual(await sent(page), []);
});

test("what is paused is resumed under its own id", async (t) => {
  const page = await open(t, "unlock-paused");
  await change(page, { standing: screens["unlock-ready"].state.standing });
  await page.waitForFunction(() => !document.querySelector("[data-testid=unlock-button]").ariaDisabled);
  await page.getByTestId("unlock-button").click();
  await page.waitForFunction(() => globalThis.fake.sent.length > 0);
  const { operations } = screens["unlock-paused"].state;
  assert.equal((await sent(page))[0].operation_id, operations[0].operation_id);
});

test("numbers can be copied", async (t) => {
  const page = await open(t, "unlocked");
  await page.getByTestId("copy-phone").first().click();
  await page.getByTestId("copy-phone").first().getByText("Copied").waitFor();
  assert.deepEqual(await page.evaluate(() => globalThis.fake.copied), ["+49 151 5550 200"]);
});

test("the dashboard lists operations; a receipt opens by the keyboard, and Back goes back", async (t) => {
  const page = await open(t, "dashboard");
  const rows = page.getByTestId("operations").getByTestId("operation");
  await rows.nth(5).waitFor();
  assert.equal(await page.getByTestId("pool").count(), 2);
  assert.match(await page.getByTestId("waiting").innerText(), /Oda Fjeldstad/);
  await rows.nth(0).getByRole("link").focus();
  await page.keyboard.press("Enter");
  const receipt = page.getByTestId("receipt");
  await receipt.getByText("mobile_find.found").waitFor();
  assert.match(await receipt.innerText(), /3 from purchased/);
  assert.match(await receipt.innerText(), /\+49 151 5550 200/);
  await page.goBack();
  await rows.nth(5).waitFor();
});

test("older operations are fetched where the list goes on", async (t) => {
  const page = await open(t, "dashboard");
  await page.getByTestId("older").waitFor();
  await page.evaluate(() => {
    const { receipts } = globalThis.fake.answers["receipts?"];
    const older = { ...receipts[3], operation_id: "00000000-0000-4000-8000-00000000bbbb", subject: "Long ago" };
    globalThis.fake.answers["receipts?limit=25&before=17_00"] = { receipts: [older], next: null };
  });
  await page.getByTestId("older").click();
  await page.getByTestId("operations").getByText("Long ago").waitFor();
  assert.equal(await page.getByTestId("older").count(), 0);
});

test("what could not be loaded is said, and loaded again by a click", async (t) => {
  const page = await open(t, "dashboard-failing");
  await page.getByText("The operator finds the cause in the log.").waitFor();
  await page.evaluate(() => { globalThis.fake.answers["receipts?"] = { receipts: [], next: null }; });
  await page.getByTestId("reload").click();
  await page.getByText("Nothing yet.").waitFor();
});

test("a paused capture is resumed from the dashboard", async (t) => {
  const page = await open(t, "dashboard");
  await page.getByTestId("waiting").getByTestId("resume").click();
  await page.waitForFunction(() => globalThis.fake.sent.length > 0);
  const [first] = await sent(page);
  assert.equal(first.kind, "resume");
});

test("the options say which data providers cannot be asked, and what to do", async (t) => {
  const page = await open(t, "options-providers");
  const trouble = (name) => page.locator(`[data-testid=provider-trouble][data-provider=${name}]`);
  await trouble("hunter").waitFor();
  assert.equal(await page.getByTestId("provider-trouble").count(), 3);
  const hunter = await trouble("hunter").innerText();
  assert.match(hunter, /Hunter refuses your key\.[^]*Since .*; asked again in [^]*lode providers set hunter/);
  assert.equal(await trouble("hunter").getAttribute("data-tone"), "bad");
  assert.equal(await trouble("prospeo").getAttribute("data-tone"), "warn");
  assert.match(await trouble("snov").innerText(), /cannot read its key of Snov\.io/);
  assert.deepEqual(await sent(page), [], "asking changes nothing");
});

test("the options say nothing of data providers where all is well", async (t) => {
  const page = await open(t, "options-paired");
  await page.waitForFunction(() => globalThis.fake.asked.some((message) => message.path === "providers"));
  assert.equal(await page.getByTestId("providers").count(), 0);
});

test("the member's choice is sent at once, and what the account has decided is locked", async (t) => {
  const page = await open(t, "options-unlock-member");
  await page.getByTestId("auto-unlock").click();
  await page.waitForFunction(() => globalThis.fake.sent.length > 0);
  assert.deepEqual(await sent(page), [{ kind: "call", method: "PATCH", path: "members/me", body: '{"auto_unlock":false}' }]);
  assert.equal(await page.getByTestId("rule").count(), 0);
  await change(page, { standing: screens["options-unlock-off"].state.standing });
  await page.getByText("switched this off").waitFor();
  assert.equal(await page.getByTestId("auto-unlock").isDisabled(), true);
});

test("an admin sets the account's rule, and what is typed survives a change of state", async (t) => {
  const page = await open(t, "options-unlock-admin");
  await page.getByTestId("member").click();
  await page.getByTestId("daily-cap").fill("7");
  await change(page, { unsent: 1 });
  assert.equal(await page.getByTestId("daily-cap").inputValue(), "7");
  await page.getByTestId("minimum-quality").fill("a lot");
  await page.getByTestId("save-rule").click();
  await page.locator("[data-testid=problem][data-code=rule]").waitFor();
  assert.deepEqual(await sent(page), []);
  await page.getByTestId("minimum-quality").fill("0");
  await page.getByTestId("save-rule").click();
  await page.waitForFunction(() => globalThis.fake.sent.length > 0);
  assert.deepEqual(await sent(page), [
    { kind: "call", method: "PUT", path: "settings", body: '{"auto_unlock":{"mode":"member","daily_cap":7,"minimum_quality":0}}' },
  ]);
});

test("whoever runs the account says which providers give second opinions", async (t) => {
  const page = await open(t, "options-opinions");
  const box = (name) => page.locator(`[data-testid=second-opinion][data-provider=${name}]`);
  await box("hunter").waitFor();
  assert.equal(await page.getByTestId("second-opinion").count(), 3, "none for Apollo, which verifies nothing");
  assert.equal(await box("hunter").isChecked(), true);
  assert.equal(await box("icypeas").isChecked(), false);
  const shown = await page.getByTestId("opinions").innerText();
  assert.match(shown, /Ask Hunter: at most 0\.5 of its credits for each address/);
  assert.match(shown, /Ask Icypeas: at most 0\.1 of its credits/);
  assert.match(shown, /Ask LeadMagic: at most 1 of its credits for each address \(more than its limit for the day\)/);
  // The server's word is the last.
  const accepted = { ...PROVIDERS, providers: PROVIDERS.providers.map((one) => ({ ...one, second_opinion: one.provider === "icypeas" })) };
  await page.evaluate((said) => (globalThis.fake.answers["providers/icypeas"] = said), accepted);
  await box("icypeas").click();
  await page.waitForFunction(() => !document.querySelector("[data-provider=hunter]").checked);
  assert.equal(await box("icypeas").isChecked(), true);
  assert.deepEqual(await sent(page), [{ kind: "call", method: "PUT", path: "providers/icypeas", body: '{"second_opinion":true}' }]);
  // What it refuses is said, and the box stands as it was.
  await page.evaluate(() => (globalThis.fake.answers["providers/hunter"] = { status: 403, body: { title: "No", code: "forbidden", detail: "You may not do that." } }));
  await box("hunter").click();
  await page.getByTestId("problem").getByText("You may not do that.").waitFor();
  await page.waitForFunction(() => !document.querySelector("[data-provider=hunter]").checked);
});

test("second opinions are locked for who may not change them, and absent without a provider", async (t) => {
  const page = await open(t, "options-opinions-locked");
  await page.getByTestId("second-opinion").first().waitFor();
  for (const box of await page.getByTestId("second-opinion").all()) assert.equal(await box.isDisabled(), true);
  await page.getByText("Whoever runs your account can change this.").waitFor();
  const none = await open(t, "options-unlock-admin");
  await none.getByTestId("rule").waitFor();
  assert.equal(await none.getByTestId("opinions").count(), 0);
});
