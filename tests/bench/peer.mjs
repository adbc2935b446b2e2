// One of the peers on one page, in a process of its own, as `time_read` is: the median time to
// parse it and run the selectors, and the peak of memory over what was used before.
// `node peer.mjs cheerio|linkedom FILE SELECTORS RUNS` prints one JSON line.
import { readFileSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { load } from "../e2e/support/tools.mjs";

const [peer, file, selectorFile, runs] = process.argv.slice(2);
const html = readFileSync(file, "utf8");
const selectors = JSON.parse(readFileSync(selectorFile, "utf8"));

function withCheerio() {
  const $ = cheerio.load(html);
  return selectors.map((selector) => $(selector).first().text());
}

function withLinkedom() {
  const { document } = linkedom.parseHTML(html);
  return selectors.map((selector) => {
    try {
      return document.querySelector(selector)?.textContent ?? "";
    } catch {
      return "";
    }
  });
}

const cheerio = peer === "cheerio" && load("cheerio");
const linkedom = peer === "linkedom" && load("linkedom");
const action = cheerio ? withCheerio : withLinkedom;

const memory = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync("/proc/self/status", "utf8"))[1]);
let peak_kb = null;
try {
  const before = memory("VmRSS");
  writeFileSync("/proc/self/clear_refs", "5");
  action();
  peak_kb = Math.max(0, memory("VmHWM") - before);
} catch {
  action(); // elsewhere than on Linux no memory is told
}
const times = [];
for (let n = 0; n < Number(runs); n += 1) {
  const start = performance.now();
  action();
  times.push(performance.now() - start);
}
console.log(JSON.stringify({ median_ms: times.sort((a, b) => a - b)[Math.floor(times.length / 2)], peak_kb }));
