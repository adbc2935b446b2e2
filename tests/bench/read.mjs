// Snapshot to lead on the largest page of each kind: in the page, through the worker, and
// natively; beside cheerio and linkedom, which get the same pruned page and the selectors that
// the rules have for pages of its kind. Time and memory, one run, medians. Then how time grows with the page, up to
// 20 MB. Real pages are test data that stand beside the repository; without them, and for kinds
// that they lack, the project's own fixtures of invented people are measured.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { contentScript, startBrowser } from "../e2e/support/browser.mjs";
import { CSP_MEMBER, servePages } from "../e2e/support/pages.mjs";
import { ROOT, until } from "../e2e/support/tools.mjs";

const RUNS = Number(process.env.LODE_BENCH_RUNS ?? 11);
const GROWN_BYTES = Number(process.env.LODE_BENCH_BYTES ?? 20_000_000);
const SHARED = process.env.LODE_SHARED ?? path.join(ROOT, "../shared");
const READER = path.join(process.env.LODE_TARGET_DIR ?? path.join(ROOT, "target"), "release/examples/time_read");
const PEER = path.join(ROOT, "tests/bench/peer.mjs");
/** Lets WebAssembly run and the pages' own scripts not. */
const OPEN = "script-src 'unsafe-eval' 'nonce-none'; img-src 'none'; style-src 'none'; connect-src 'none'; frame-src 'none'";

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
const siteOf = (url) => /(linkedin|crunchbase|google)\.com$/.exec(new URL(url).hostname)?.[1];

/** The pages that there are: `{ kind, url, file, bytes }`. */
function pages() {
  const found = [];
  const truth = path.join(SHARED, "pages/truth.json");
  if (existsSync(truth)) {
    for (const { kind, url, file, leads } of JSON.parse(readFileSync(truth, "utf8"))) {
      if (file.endsWith(".html") && leads?.length && siteOf(url)) found.push({ kind: `${siteOf(url)} ${kind}`, url, file: path.join(SHARED, "pages", file), real: true });
    }
  }
  for (const site of ["linkedin", "crunchbase", "google"]) {
    const folder = path.join(ROOT, "tests/pages", site);
    for (const name of readdirSync(folder).filter((name) => name.endsWith(".html"))) {
      const file = path.join(folder, name);
      const url = /^<!-- url: (.*) -->/.exec(readFileSync(file, "utf8"))[1];
      const snapshot = readFileSync(path.join(folder, `read@${name}.snap`), "utf8");
      const read = JSON.parse(snapshot.split("---").slice(2).join("---"));
      if (read.leads.length && siteOf(url)) found.push({ kind: `${site} ${read.page.kind}`, url, file, real: false });
    }
  }
  return found.map((page) => ({ ...page, bytes: statSync(page.file).size }));
}

/** The largest page of each kind, real ones first. */
function largest(pages) {
  const kinds = new Map();
  for (const page of pages) {
    const known = kinds.get(page.kind);
    if (!known || (page.real && !known.real) || (page.real === known.real && page.bytes > known.bytes)) kinds.set(page.kind, page);
  }
  return [...kinds.values()].sort((a, b) => a.kind.localeCompare(b.kind));
}

/** Rule keys that only some kinds of pages are read with; the others are looked up on any. */
const KEYS_OF = {
  linkedin: [
    [/^guest_/, /^guest_profile$/],
    [/^sales_/, /^sales_/],
    [/^company_people_/, /^company_people$/],
    [/^company_/, /^company/],
    [/^connection_/, /^connections$/],
    [/^search_/, /^people_search$/],
    [/^list_row$/, /^(people_search|connections|company_people)$/],
    [/^(top_card|contact_info$|(experience|education)_section$|section_)/, /^profile$/],
  ],
  crunchbase: [
    [/^(row|blurred_row|cell|column_|marked_cell|plain_|results_count|message)/, /_list$/],
    [/^(definition|field_item|person_link|website_link|place_|category_link)/, /^(person|organization)$/],
  ],
  google: [],
};

/** The selectors of a site's rules, for pages of one kind. */
function selectors(site, kind) {
  const rules = JSON.parse(readFileSync(path.join(ROOT, `src/sites/${site}/rules.json`), "utf8"));
  const isUsed = (key) => KEYS_OF[site].find(([keys]) => keys.test(key))?.[1].test(kind) ?? true;
  return Object.entries(rules.selectors).filter(([key]) => isUsed(key)).flatMap(([, list]) => list);
}

/** The snapshot as HTML, for parsers that take that. */
function toHtml(snapshot) {
  const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const out = ["<!doctype html>"];
  const open = [];
  let tag = null;
  const place = () => {
    if (tag !== null) out.push(">");
    tag = null;
  };
  for (const [, mark, value] of snapshot.matchAll(/([\x01-\x05])([^\x01-\x05]*)/g)) {
    if (mark === "\x01") (place(), out.push(`<${value}`), open.push(value), (tag = value));
    else if (mark === "\x02") out.push(` ${value}`);
    else if (mark === "\x03") out.push(`="${escape(value)}"`);
    else if (mark === "\x04") (place(), out.push(/^(script|style)$/.test(open.at(-1)) ? value : escape(value)));
    else (place(), out.push(`</${open.pop()}>`));
  }
  return out.join("");
}

const told = (program, args) => execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 }).trim().split("\n").map((line) => JSON.parse(line));

/** Chromium on one page, under a policy that lets WebAssembly run and under one that does not. */
async function inChromium(chromium, page) {
  const { browser, tab, served } = chromium;
  const { pathname } = new URL(page.url);
  const url = JSON.stringify(page.url);
  const html = Buffer.from(readFileSync(page.file, "latin1").replace(/Content-Security-Policy/gi, "X-Left-Out"), "latin1");
  const times = async (body) => median(await chromium.world.evaluate(`(async () => { const times = []; for (let n = 0; n < ${RUNS} + 2; n += 1) { const start = performance.now(); ${body}; times.push(performance.now() - start); } return times.slice(2); })()`));
  const open = async (csp) => {
    for (const key of Object.keys(served)) delete served[key];
    served[pathname] = { html, csp };
    await tab.goto(page.url, { waitUntil: "domcontentloaded" });
    // Its world is there before the script has run in it.
    await until("the content script", () => chromium.world.evaluate("typeof __snap === 'function'"));
  };
  const result = {};
  await open(OPEN);
  result.snapshot = await chromium.world.evaluate("__snap()");
  result.snap = await times("__snap()");
  await chromium.world.evaluate(`chrome.runtime.sendMessage({ kind: "need_core" })`);
  [result.first, result.name, result.leads] = await chromium.world.evaluate(`(() => { const start = performance.now(); const read = __read(${url}, __snap()); return [performance.now() - start, read.leads[0]?.full_name ?? null, read.leads.length]; })()`);
  result.wasm = (await chromium.world.evaluate("__read.bytes()")) / 1e6;
  result.page = await times(`__read(${url}, __snap())`);
  await open(CSP_MEMBER);
  result.worker = await times(`await chrome.runtime.sendMessage({ kind: "snapshot", click_id: "00000000-0000-4000-8000-000000000001", url: ${url}, snapshot: __snap() })`);
  return result;
}

function table(rows) {
  const show = (value) => (value == null ? "-" : typeof value === "number" && !Number.isInteger(value) ? value.toFixed(1) : String(value));
  const heads = Object.keys(rows[0]);
  const width = (head) => Math.max(head.length, ...rows.map((row) => show(row[head]).length));
  const line = (cells) => console.log(cells.map((cell, n) => (n ? cell.padStart(width(heads[n])) : cell.padEnd(width(heads[n])))).join("  "));
  line(heads);
  for (const row of rows) line(heads.map((head) => show(row[head])));
}

const folder = mkdtempSync(path.join(tmpdir(), "lode-bench-"));
const endings = [];
const t = { after: (action) => endings.push(action) };
try {
  const served = {};
  const { port } = await servePages(t, folder, served);
  const browser = await startBrowser(t, folder, port);
  const tab = await browser.context.newPage();
  const chromium = { browser, tab, served, world: await contentScript(browser, tab) };
  const rows = [];
  const growth = [];
  const refused = [];
  for (const page of largest(pages())) {
    const seen = await inChromium(chromium, page);
    const pruned = path.join(folder, "pruned.html");
    writeFileSync(pruned, toHtml(seen.snapshot));
    const [native] = told(READER, [page.url, pruned, String(RUNS)]);
    const wanted = path.join(folder, "selectors.json");
    writeFileSync(wanted, JSON.stringify(selectors(siteOf(page.url), native.kind)));
    const [cheerio] = told("node", [PEER, "cheerio", pruned, wanted, String(RUNS)]);
    const [linkedom] = told("node", [PEER, "linkedom", pruned, wanted, String(RUNS)]);
    const mb = ({ peak_kb }) => (peak_kb === null ? null : peak_kb / 1e3);
    rows.push({
      kind: page.kind + (page.real ? "" : " *"),
      "page KB": Math.round(page.bytes / 1e3),
      "snapshot KB": Math.round(seen.snapshot.length / 1e3),
      leads: seen.leads === native.leads && seen.name === native.name ? seen.leads : `${seen.leads}, native ${native.leads}`,
      "snapshot ms": seen.snap,
      "in page ms": seen.page,
      "first ms": seen.first,
      "worker ms": seen.worker,
      "wasm MB": seen.wasm,
      "native ms": native.median_ms,
      "native MB": mb(native),
      "cheerio ms": cheerio.median_ms,
      "parse": cheerio.parse_ms,
      "select": cheerio.select_ms,
      "cheerio MB": mb(cheerio),
      "linkedom ms": linkedom.median_ms,
      "parse ": linkedom.parse_ms,
      "select ": linkedom.select_ms,
      "linkedom MB": mb(linkedom),
    });
    const sizes = told(READER, ["--grow", page.url, page.file, String(GROWN_BYTES)]);
    // A page refused for its size would look quick: each size must read as the page itself.
    for (const { bytes, kind, leads } of sizes) {
      if (kind !== native.kind || leads < native.leads) refused.push(`${rows.at(-1).kind} grown to ${bytes} bytes: ${kind} with ${leads} leads for ${native.kind} with ${native.leads}`);
    }
    const row = { kind: rows.at(-1).kind };
    // All sizes are of one share each of the largest.
    sizes.forEach(({ median_ms }, n) => (row[`${(GROWN_BYTES / 2 ** (sizes.length - 1 - n) / 1e6).toFixed(2)} MB`] = median_ms));
    const [half, whole] = sizes.slice(-2);
    row["last doubling"] = `×${((whole.median_ms / half.median_ms) * (2 * half.bytes / whole.bytes)).toFixed(2)}`;
    growth.push(row);
  }
  console.log(`\nMedians of ${RUNS}. "in page" and "worker" are click to lead, with the snapshot. "native" reads the pruned page as HTML. cheerio and linkedom parse the same pruned page ("parse") and run the selectors that the site's rules have for its kind ("select"); they read no lead. Memory: peak over what was used before; "wasm" is the module's whole memory. * a fixture: no real page of the kind is here.\n`);
  table(rows);
  console.log("\nThe whole page grown, read natively: milliseconds by size.\n");
  table(growth);
  if (refused.length) throw new Error(`Sizes that are not read as the page is:\n${refused.join("\n")}`);
} finally {
  for (const ending of endings.reverse()) await ending();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
