// Worker states of invented people, as `UiState` of src/protocol.rs writes them. The
// bundle's decoder refuses one that does not fit, and the harness reports that.
const NOW = Date.now();
const MINUTE = 60_000;
const DAY = 86_400_000;
let made = 0;
const id = () => `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`;

export function lead(over = {}) {
  const full_name = over.full_name ?? "Ilse Varga-Brandt";
  const slug = full_name.toLowerCase().replace(/[^a-z]+/g, "-");
  return {
    kind: "person", full_name, first_name: null, middle_name: null, last_name: null,
    headline: null, title: "Head of Drilling", company: "Kestrel Ore",
    company_url: "https://www.linkedin.com/company/kestrel-ore", company_domain: null,
    location: "Kiruna, Sweden", industry: null,
    profile_url: `https://www.linkedin.com/in/${slug}`, website: null, provenance: {}, ...over,
  };
}

export function card(state, over = {}) {
  return {
    operation_id: id(), lead_id: null, state, lead: lead(over.lead), email: null, reason: null,
    receipt: null, mobile: null, error: null, captured_at: NOW - 20_000, ...over, lead: lead(over.lead),
  };
}

export const email = (status, score, reasons, address = "ilse.varga-brandt@kestrel-ore.example") => ({
  address, status, score, reasons, checked_at: NOW - 5_000,
});

export const receipt = (line, charged = 0) => ({
  operation_id: id(), action: "find", outcome: "verified", charged, price_version: "1",
  rule: "find.verified", line, grants: [], settled_at: NOW - 4_000,
});

export const mobile = (state, over = {}) => ({
  state, price: state === "unlocked" ? 0 : 5_000, price_text: state === "unlocked" ? "Free" : "5 premium credits",
  pools: ["premium"], operation_id: null, phones: [], ...over,
});
const phone = (number, kind) => ({ number, kind, provider: "leadmagic", found_at: NOW - 3_000 });
const NUMBERS = [phone("+49 151 5550 200", "mobile"), phone("+49 30 5550 100", "main_line")];
const LEAD = "00000000-0000-4000-8000-00000000aaaa";
const operation = (status, answer = "") => ({
  operation_id: id(), lead_id: LEAD, call: "unlocks", status, not_before: 0,
  answer: typeof answer === "string" ? answer : JSON.stringify(answer),
});

const page = (kind = "profile", site = "linkedin") => ({ site, kind, layout: null });
const ready = (...rows) => ({ state: "ready", page: page(), leads: rows });
const row = (over = {}, captured = null) => ({ lead: lead(over), captured });

const earlier = [
  card("found", {
    lead: { full_name: "Tobias Okonjo", company: "Fennhollow Instruments" },
    email: email("verified", 100, ["accepted_and_decoys_refused"], "t.okonjo@fennhollow.example"),
    captured_at: NOW - 12 * MINUTE,
  }),
  card("unsure", {
    lead: { full_name: "Maren Lysgaard", company: "Blue Adit Logistics" },
    email: email("accept_all", 71, ["accepts_all"], "maren.lysgaard@blueadit.example"),
    captured_at: NOW - 3 * 60 * MINUTE,
  }),
  card("needs_domain", {
    lead: { full_name: "Renzo Caldarelli", company: "Calda & Figli" },
    captured_at: NOW - 2 * DAY,
  }),
];

const pool = (pool, name, available, plan_limit, over = {}) => ({ pool, name, available, held: 0, purchased: 0, plan_limit, ...over });
const price = (pools, prices, spendable) => {
  const most = Math.max(...Object.values(prices));
  return { pools, prices, most, spendable, affordable: spendable >= most };
};
/** `GET /v1/credits`: on the free plan, or with `premium` credit for mobiles. */
export function standing({ available = 9_000, held = 0, purchased = 0, premium, premium_held = 0, resets_at = NOW + 8 * DAY, used = 12, limit = 500, exhausted = "pause", mode = "member", may = [] } = {}) {
  const pools = [pool("standard", "credits", available, 10_000, { held, purchased })];
  if (premium !== undefined) pools.push(pool("premium", "premium credits", premium, 5_000, { purchased: Math.min(premium, 20_000), held: premium_held }));
  return {
    credits: { pools, plan: "free", resets_at },
    next_plan: null,
    capacity: { used, limit },
    actions: {
      find: price(["standard"], { otherwise: 0, verified: 1_000 }, available),
      mobile_find: price(["premium"], { found: 5_000, main_line: 0, not_found: 0 }, premium ?? 0),
      preview: price(["standard"], { otherwise: 0 }, available),
      verify: price(["standard"], { accept_all: 1_000, invalid: 1_000, malformed: 0, unknown: 0, verified: 1_000 }, available),
    },
    price_version: "lode-1",
    exhausted,
    auto_unlock: { action: "mobile_find", mode, choice: true, active: mode !== "off", daily_cap: 25, used_today: 3, minimum_quality: 0 },
    caller: { member_id: id(), role: may.length ? "admin" : "user", may },
  };
}
const stands = (over) => ({ standing: JSON.stringify(standing(over)) });

const base = {
  connection: { state: "online" },
  server: "http://127.0.0.1:7317",
  account: { name: "Own account", plan: "Free", probing: true },
  credits: { available: 9_000, held: 0, plan_limit: 10_000, resets_at: NOW + 8 * DAY },
  ...stands(), operations: [],
  tab: ready(row()), current: null, recent: earlier, unsent: 0,
  settings: { show_button: true }, rules: null, health: {}, changed: false,
};
const state = (over) => ({ ...base, ...over });
const current = (c, over = {}) => state({ current: c, recent: [c, ...earlier], ...over });
const unreachable = {
  state: "unreachable", next_try: NOW + 40_000, detail: "Nothing listens at 127.0.0.1:7317.",
};
const held = { ...base.credits, available: 8_000, held: 1_000 };

const found = card("found", {
  email: email("verified", 100, ["accepted_and_decoys_refused"]),
  receipt: receipt("1 credit: verified; repeat within 365 days is free", 1_000),
});
/** The found lead with its numbers' part; on a plan with premium credit. */
const numbers = (part, operations = [], over = {}) => {
  const shown = { ...found, lead_id: LEAD, mobile: part };
  return current(shown, { operations, ...stands({ premium: 22_000 }), credits: { ...base.credits, available: 31_000 }, ...over });
};
const people = [
  ["Ilse Varga-Brandt", "Head of Drilling", "Kestrel Ore"],
  ["Tobias Okonjo", "Instrument maker", "Fennhollow Instruments"],
  ["Maren Lysgaard", "Dispatcher", "Blue Adit Logistics"],
  ["Renzo Caldarelli", null, "Calda & Figli"],
  ["Aoife Brennan-Sól", "Chief geologist and acting head of exploration, northern region", "The Very Long Named Company of Assayers and Refiners Incorporated"],
  ["김하린", "데이터 분석가", "한빛광업"],
  ["Jun'ichi Moriyama", "Buyer", "Moriyama Metals"],
];
const list = people.map(([full_name, title, company], i) =>
  row({ full_name, title, company }, earlier[i - 1]?.operation_id ?? null));

// The dashboard's lists.
const MEMBERS = { me: "m1", invitations: [], members: [
  { id: "m1", name: "Ada Quist", role: "admin", caps: {}, used: { standard: 3_000, premium: 5_000 } },
  { id: "m2", name: "Bea Norlund", role: "user", caps: { standard: 20_000 }, used: { standard: 1_000 } },
] };
const entry = (action, subject, over = {}) => ({
  operation_id: id(), action, state: "done", outcome: "verified", reason: null, automatic: false, member_id: "m1", lead_id: null,
  subject, charged: 1_000, pools: { standard: 1_000 }, refunded: 0, line: "1 credit: verified; repeat within 365 days is free", at: NOW - 3 * MINUTE, updated_at: NOW, ...over,
});
const RECEIPTS = { next: "17_00", receipts: [
  entry("find", "Renzo Caldarelli", { state: "working", outcome: null, charged: 0, pools: {}, line: null, at: NOW - 20_000 }),
  entry("find", "Oda Fjeldstad", { state: "paused", reason: "out_of_credits", charged: 0, pools: {}, line: null }),
  entry("mobile_find", "Ilse Varga-Brandt", { outcome: "found", pools: { premium: 5_000 }, charged: 5_000, line: "5 premium credits: found; repeat within 365 days is free", automatic: true }),
  entry("find", "Ilse Varga-Brandt"),
  entry("find", "Maren Lysgaard", { outcome: "accept_all", charged: 0, pools: {}, line: "Nothing charged: not verified", member_id: "m2", at: NOW - DAY }),
  entry("find", "Tobias Okonjo", { state: "refunded", refunded: 1_000, at: NOW - 6 * DAY }),
  entry("company_enrichment", "crm-4711", { outcome: "found", member_id: "m2", line: "1 credit: found", at: NOW - 9 * DAY }),
  entry("find", "Aoife Brennan-Sól", { outcome: "not_found", charged: 0, pools: {}, line: "Nothing charged: no address found", at: NOW - 12 * DAY }),
] };
const RECEIPT = {
  ...receipt("5 premium credits: found; repeat within 365 days is free", 5_000), operation_id: RECEIPTS.receipts[2].operation_id, action: "mobile_find", outcome: "found", rule: "mobile_find.found", price_version: "lode-1",
  grants: [{ grant_id: "g1", kind: "plan", amount: 2_000 }, { grant_id: "g2", kind: "purchased", amount: 3_000 }],
  provider_calls: [{ provider: "leadmagic", purpose: "mobile", outcome: "found", error: null, verdict: null, cost: 5_000, asked_at: NOW }],
  refunded: 0, pools: { premium: 5_000 }, entries: [211, 212, 213],
  evidence: { request: { datum: "mobile" }, result: { phones: [{ number: "+49 151 5550 200", kind: "mobile", provider: "leadmagic", found_at: NOW }] } },
};
const lists = { "receipts?": RECEIPTS, "receipts/": RECEIPT, members: MEMBERS };
const full = state({ ...stands({ premium: 22_000, held: 1_000, may: ["settings"] }), credits: { ...base.credits, available: 31_000 } });
const dashboard = (over = {}) => ({ page: "dashboard", state: full, answers: lists, ...over });

// Providers with a key, as the server lists them.
const provider = (name, price, over = {}) => ({
  provider: name, daily_limit: 50_000, spent_today: 0, credit_price: 50_000, second_opinion: false, second_opinion_price: price,
  record: { asked: 0, found: 0, verified: 0 }, trouble: null, resting_until: null, updated_at: NOW, ...over,
});
export const PROVIDERS = { order: null, providers: [
  provider("apollo", null), provider("hunter", 500, { second_opinion: true }), provider("icypeas", 100), provider("leadmagic", 1_000, { daily_limit: 500 }),
] };
const asking = (may) => ({ page: "options", state: state(stands({ premium: 22_000, may })), answers: { providers: PROVIDERS } });

/** Name → `{ page, state, act? }`; `act` drives the page before the picture is taken. */
export const screens = {
  "not-paired": { state: state({ connection: { state: "not_paired" }, server: null, account: null, credits: null, standing: null, recent: [] }) },
  unsupported: { state: state({ tab: { state: "unsupported" } }) },
  reading: { state: state({ tab: { state: "reading" }, recent: [] }) },
  "no-lead-login": { state: state({ tab: { state: "no_lead", page: page("login_wall"), message: "" } }) },
  "no-lead-captcha": { state: state({ tab: { state: "no_lead", page: page("captcha", "google"), message: "" } }) },
  "needs-reload": { state: state({ tab: { state: "needs_reload" } }) },
  "tab-failed": { state: state({ tab: { state: "failed", message: "The page is larger than 8 MB. Open the profile in a tab of its own." } }) },
  ready: { state: base },
  "ready-no-credit": { state: state({ credits: { ...base.credits, available: 0 }, ...stands({ available: 0 }), account: { ...base.account, probing: false } }) },
  "ready-low": { state: state({ credits: { ...base.credits, available: 2_000 }, ...stands({ available: 2_000 }) }) },
  "ready-pools": { state: state({ credits: { ...base.credits, available: 31_000 }, ...stands({ premium: 22_000, held: 1_000, purchased: 3_000 }) }) },
  "ready-company": { state: state({ tab: { state: "ready", page: page("company"), leads: [row({ kind: "company", full_name: "Kestrel Ore", title: null, industry: "Mining", company_domain: "kestrel-ore.example" })] } }) },
  sending: { state: current(card("unsent"), { unsent: 1 }) },
  queued: { state: current(card("queued"), { credits: held }) },
  working: { state: current(card("working"), { credits: held }) },
  deferred: { state: current(card("deferred"), { credits: held }) },
  found: { state: current(found) },
  "unlock-ready": { state: numbers(mobile("locked")) },
  "unlock-repeat": { state: numbers(mobile("locked", { price: 0, price_text: "Free" })) },
  "unlock-short": { state: numbers(mobile("locked"), [], stands({ premium: 2_000 })) },
  "unlock-no-provider": { state: numbers(mobile("not_configured")) },
  "unlock-working": { state: numbers(mobile("locked"), [operation(0)], stands({ premium: 17_000, premium_held: 5_000 })) },
  "unlock-kept": { state: numbers(mobile("locked"), [operation(0)], { connection: unreachable }) },
  unlocked: { state: numbers(mobile("unlocked", { phones: NUMBERS }), [operation(201, { receipt: { outcome: "found", line: "5 premium credits: found; repeat within 365 days is free" }, phones: NUMBERS })]) },
  "unlock-none": { state: numbers(mobile("not_found"), [operation(201, { receipt: { outcome: "not_found", line: "Free: no number found" }, phones: [] })]) },
  "unlock-paused": { state: numbers(mobile("paused", { operation_id: LEAD }), [operation(402, { title: "T", code: "out_of_credits", detail: "x" })], stands({ premium: 2_000 })) },
  "unlock-failed": { state: numbers(mobile("locked"), [operation(503, { title: "T", code: "source_unavailable", detail: "No provider answered. Nothing was charged; the same request may be sent again." })]) },
  unsure: { state: current(card("unsure", { email: email("accept_all", 71, ["accepts_all", "domain_given"]), receipt: receipt("Nothing charged: not verified") })) },
  "unsure-doubted": { state: current(card("unsure", { email: email("unknown", 33, ["probing_off", "doubted_by_hunter", "next_likeliest", "confirmed_by_leadmagic"]), receipt: receipt("Nothing charged: not verified") })) },
  "unsure-blocked": { state: current(card("unsure", { email: email("blocked", 34, ["some_new_code"]), receipt: receipt("Nothing charged: not verified") })) },
  "not-found": { state: current(card("not_found", { reason: "no_candidate_accepted", receipt: receipt("Nothing charged: no address found") })) },
  "needs-domain": { state: current(card("needs_domain", { reason: "domain_unknown" })) },
  "out-of-credits": { state: current(card("out_of_credits"), { credits: { ...base.credits, available: 0 }, ...stands({ available: 0 }) }) },
  failed: { state: current(card("failed")) },
  refused: { state: current(card("refused", { error: "lead.full_name: must not be longer than 300 characters." })) },
  unreachable: { state: current(card("unsent"), { connection: unreachable, unsent: 1 }) },
  "unreachable-ready": { state: state({ connection: unreachable }) },
  unauthorized: { state: current(card("unsent"), { connection: { state: "unauthorized" }, unsent: 2, account: null }) },
  list: { state: state({ tab: { state: "ready", page: page("people_search"), leads: list, anonymous: 2 } }) },
  "list-toggled": {
    state: state({ tab: { state: "ready", page: page("people_search"), leads: list } }),
    act: async (p) => p.getByRole("checkbox").nth(1).click(),
  },
  opened: {
    state: base,
    act: async (p) => p.getByTestId("recent-item").nth(1).getByRole("button").first().click(),
  },
  changed: { state: state({ changed: true }) },
  "not-loaded": { state: state({ tab: { state: "no_lead", page: page("loading"), message: "" } }) },
  problem: {
    state: base,
    error: { kind: "error", code: "reload_tab", message: "The page changed while it was read. Reload the tab and capture again." },
    act: async (p) => p.getByTestId("capture").click(),
  },
  hostile: {
    state: current(card("found", {
      lead: { full_name: "<img src=x onerror=alert(1)>" + "A".repeat(1_800), title: "\u202Eegap siht\u202C <script>alert(1)</script>", company: "x".repeat(2_000), location: "\n\n\n", profile_url: "javascript:alert(1)" },
      email: email("verified", 100, ["accepted_and_decoys_refused"], "a".repeat(64) + "@" + "long-label-of-a-domain.".repeat(6) + "example"),
    })),
  },
  dashboard: dashboard(),
  "dashboard-receipt": dashboard({ hash: `#${RECEIPT.operation_id}` }),
  "dashboard-empty": dashboard({ state: state({ ...stands({ available: 10_000, used: 0 }) }), answers: { "receipts?": { receipts: [], next: null }, members: { members: MEMBERS.members.slice(0, 1) } } }),
  "dashboard-loading": dashboard({ state: state({ standing: null, credits: null, connection: { state: "connecting" } }), answers: { "receipts?": null, members: null } }),
  "dashboard-failing": dashboard({ answers: { "receipts?": { status: 500, body: { title: "The server failed", code: "internal", detail: "The operator finds the cause in the log." } }, members: MEMBERS } }),
  "dashboard-offline": dashboard({ state: { ...full, connection: unreachable }, answers: { "receipts?": { status: 502, body: "" }, members: { status: 502, body: "" } } }),
  "dashboard-unpaired": dashboard({ state: state({ connection: { state: "not_paired" }, server: null, account: null, credits: null, standing: null }), answers: {} }),
  "options-unlock-member": { page: "options", state: state(stands({ premium: 22_000, mode: "member" })) },
  "options-unlock-off": { page: "options", state: state(stands({ premium: 22_000, mode: "off" })) },
  "options-unlock-admin": { page: "options", state: state(stands({ premium: 22_000, mode: "on", may: ["settings"] })) },
  "options-opinions": asking(["settings"]),
  "options-opinions-locked": asking([]),
  options: { page: "options", state: state({ connection: { state: "not_paired" }, server: null, account: null, credits: null }) },
  "options-paired": { page: "options", state: base },
  "options-providers": { page: "options", state: base, answers: { providers: { order: null, providers: [
    { provider: "hunter", trouble: "provider_unauthorized", trouble_since: NOW - 2 * DAY, resting_until: NOW + DAY },
    { provider: "leadmagic", trouble: null, trouble_since: null, resting_until: null },
    { provider: "prospeo", trouble: "provider_rate_limited", trouble_since: NOW, resting_until: NOW + DAY },
    { provider: "snov", trouble: "key_unreadable", trouble_since: null, resting_until: null },
  ] } } },
  "options-reading": {
    page: "options",
    state: state({
      rules: "Newer page rules were refused, the old ones stay. linkedin: top_card: selector not accepted: h1[",
      health: {
        "linkedin people_search": "77 of 80 expected fields in the last 20 captures",
        "linkedin profile": "83 of 120 expected fields in the last 20 captures; these pages seem to have changed",
      },
    }),
  },
  "options-confirm": {
    page: "options", state: state({ unsent: 2 }),
    act: async (p) => p.getByTestId("unpair").click(),
  },
  "options-unauthorized": { page: "options", state: state({ connection: { state: "unauthorized" } }) },
  "options-bad-code": {
    page: "options", state: state({ connection: { state: "not_paired" }, server: null, account: null }),
    error: { kind: "error", code: "bad_code", message: "That code is not valid, or it was used before. Ask the server for a new one." },
    act: async (p) => { await p.getByTestId("code-input").fill("ABCD-EFGH"); await p.getByTestId("pair").click(); },
  },
};
