// One of the peers on one page, in a process of its own, as `time_read` is: the median times to
// parse it and to run the selectors, and the peak of memory over what was used before.
// `node peer.mjs cheerio|linkedom FILE SELECTORS RUNS` prints one JSON line.
import { readFileSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { load } from "../e2e/support/tools.mjs";

const [peer, file, selectorFile, runs] = process.argv.slice(2);
const html = readFileSync(file, "utf8");
const selectors = JSON.parse(readFileSync(selectorFile, "utf8"));

/** What parses, and what then runs the selectors on what was parsed. */
const PEERS = {
  cheerio: [(html) => cheerio.load(html), ($) => selectors.map((selector) => $(selector).first().text())],
  linkedom: [
    (html) => linkedom.parseHTML(html).document,
    (document) =>
      selectors.map((selector) => {
        try {
          return document.querySelector(selector)?.textContent ?? "";
        } catch {
          return "";
        }
      }),
  ],
};

const cheerio = peer === "cheerio" && load("cheerio");
const linkedom = peer === "linkedom" && load("linkedom");
const [parse, select] = PEERS[peer];
const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];

const memory = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync("/proc/self/status", "utf8"))[1]);
let peak_kb = null;
try {
  const before = memory("VmRSS");
  writeFileSync("/proc/self/clear_refs", "5");
  select(parse(html));
  peak_kb = Math.max(0, memory("VmHWM") - before);
} catch {
  select(parse(html)); // elsewhere than on Linux no memory is told
}
const times = { parse: [], select: [], whole: [] };
for (let n = 0; n < Number(runs); n += 1) {
  const start = performance.now();
  const parsed = parse(html);
  const half = performance.now();
  select(parsed);
  const end = performance.now();
  times.parse.push(half - start);
  times.select.push(end - half);
  times.whole.push(end - start);
}
console.log(JSON.stringify({ median_ms: median(times.whole), parse_ms: median(times.parse), select_ms: median(times.select), peak_kb }));
