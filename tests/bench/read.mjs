// Snapshot to lead on the largest real profile pages: in the page, through the worker,
// natively; beside cheerio and linkedom, which get the same pruned page and the reader's own
// selectors. One run, medians. Real pages are test data that stand beside the repository;
// without them an invented profile is measured.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { startBrowser } from "../e2e/support/browser.mjs";
import { CSP_GUEST, CSP_MEMBER, servePages } from "../e2e/support/pages.mjs";
import { memberProfile } from "../e2e/support/people.mjs";
import { ROOT, load, until } from "../e2e/support/tools.mjs";

const RUNS = Number(process.env.LODE_BENCH_RUNS ?? 15);
const SHARED = process.env.LODE_SHARED ?? path.join(ROOT, "../shared");
const cheerio = load("cheerio");
const { parseHTML } = load("linkedom");

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];

function timed(action) {
  action();
  const times = [];
  for (let n = 0; n < RUNS; n += 1) {
    const start = performance.now();
    action();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** The pages measured: the three largest real profiles, or one of our own. */
function subjects() {
  const truth = path.join(SHARED, "pages/truth.json");
  if (!existsSync(truth)) {
    const filler = "<p>lorem ipsum</p>".repeat(5_000);
    const html = memberProfile({ slug: "nadia-ferrum-sample", name: "Nadia Ferrum", headline: "Head of Growth at Lumen Orchard", company: "Lumen Orchard", school: "Harbour Polytechnic", location: "Lyon, France", extra: filler });
    return [{ name: "invented profile", url: "https://www.linkedin.com/in/nadia-ferrum-sample/", html }];
  }
  return JSON.parse(readFileSync(truth, "utf8"))
    .filter((page) => page.kind === "profile" && page.file.endsWith(".html"))
    .map((page) => ({ ...page, path: path.join(SHARED, "pages", page.file) }))
    .sort((a, b) => statSync(b.path).size - statSync(a.path).size)
    .slice(0, 3)
    .map((page) => ({ name: path.basename(page.file), url: page.url, html: readFileSync(page.path, "utf8") }));
}

const SELECTORS = Object.entries(JSON.parse(readFileSync(path.join(ROOT, "src/sites/linkedin/rules.json"), "utf8")).selectors)
  .filter(([key]) => /^(profile|top_card|contact|experience|education|section|heading|main|embedded|captcha|login|error|guest)/.test(key))
  .flatMap(([, selectors]) => selectors);

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
    else if (mark === "\x04") (place(), out.push(escape(value)));
    else (place(), out.push(`</${open.pop()}>`));
  }
  return out.join("");
}

function withCheerio(html) {
  const $ = cheerio.load(html);
  return SELECTORS.map((selector) => $(selector).first().text());
}

function withLinkedom(html) {
  const { document } = parseHTML(html);
  return SELECTORS.map((selector) => {
    try {
      return document.querySelector(selector)?.textContent ?? "";
    } catch {
      return "";
    }
  });
}

async function inChromium(t, folder, subject, csp) {
  const { pathname } = new URL(subject.url);
  const csps = csp === CSP_MEMBER ? csp : "script-src 'unsafe-eval' 'nonce-none'; img-src 'none'";
  const served = await servePages(t, folder, { [pathname]: { html: subject.html, csp: csps } });
  const browser = await startBrowser(t, folder, served.port);
  const page = await browser.context.newPage();
  await page.goto(subject.url, { waitUntil: "domcontentloaded" });
  const session = await browser.context.newCDPSession(page);
  const worlds = [];
  session.on("Runtime.executionContextCreated", ({ context }) => worlds.push(context));
  await session.send("Runtime.enable");
  const own = await until("the content script's world", () => worlds.find((w) => w.origin?.includes(browser.id)));
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", { contextId: own.id, awaitPromise: true, returnByValue: true, expression });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const times = (body) => `(async () => { const times = []; for (let n = 0; n < ${RUNS} + 2; n += 1) { const start = performance.now(); ${body}; times.push(performance.now() - start); } return times.slice(2); })()`;
  const url = JSON.stringify(subject.url);
  const result = { snapshot: await evaluate("__snap()"), snap: median(await evaluate(times("__snap()"))) };
  if (csp === CSP_MEMBER) {
    result.worker = median(await evaluate(times(`await chrome.runtime.sendMessage({ kind: "snapshot", click_id: "00000000-0000-4000-8000-000000000001", url: ${url}, snapshot: __snap() })`)));
  } else {
    await evaluate(`chrome.runtime.sendMessage({ kind: "need_core" })`);
    const first = await evaluate(`(() => { const start = performance.now(); const read = __read(${url}, __snap()); return [performance.now() - start, read.leads[0]?.full_name]; })()`);
    [result.first, result.name] = first;
    result.page = median(await evaluate(times(`__read(${url}, __snap())`)));
  }
  return result;
}

async function measure(subject) {
  const folder = mkdtempSync(path.join(tmpdir(), "lode-bench-"));
  const endings = [];
  const t = { after: (action) => endings.push(action) };
  try {
    const sub = (name) => {
      const made = path.join(folder, name);
      execFileSync("mkdir", ["-p", made]);
      return made;
    };
    const open = await inChromium(t, sub("open"), subject, CSP_GUEST);
    const barred = await inChromium(t, sub("barred"), subject, CSP_MEMBER);
    const pruned = toHtml(open.snapshot);
    const file = path.join(folder, "pruned.html");
    writeFileSync(file, pruned);
    const native = spawnSync("cargo", ["run", "--release", "--quiet", "--package", "lode-core", "--example", "time_read", "--", subject.url, file, String(RUNS)], { cwd: ROOT, encoding: "utf8" });
    if (native.status !== 0) throw new Error(`time_read: ${native.stderr}`);
    const told = JSON.parse(native.stdout);
    return {
      page: subject.name,
      "whole KB": Math.round(subject.html.length / 1000),
      "snapshot KB": Math.round(open.snapshot.length / 1000),
      lead: open.name ? (open.name === told.name ? "same" : "differs") : "none",
      "snapshot ms": open.snap,
      "click to lead, in page ms": open.page,
      "first time ms": open.first,
      "click to lead, worker ms": barred.worker,
      "native, pruned HTML ms": told.median_ms,
      "cheerio, pruned ms": timed(() => withCheerio(pruned)),
      "linkedom, pruned ms": timed(() => withLinkedom(pruned)),
      "cheerio, whole ms": timed(() => withCheerio(subject.html)),
      "linkedom, whole ms": timed(() => withLinkedom(subject.html)),
    };
  } finally {
    for (const ending of endings.reverse()) await ending();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const rows = [];
for (const subject of subjects()) rows.push(await measure(subject));
const show = (value) => (typeof value === "number" && !Number.isInteger(value) ? value.toFixed(1) : String(value));
for (const key of Object.keys(rows[0])) {
  console.log(`${key.padEnd(28)} ${rows.map((row) => show(row[key]).padStart(30)).join(" ")}`);
}
console.log(`\nMedians of ${RUNS}. cheerio and linkedom run the reader's ${SELECTORS.length} selectors on the same pruned page; they read no lead.`);
