// A look at every screen of popup, options page and dashboard.
//
//   node tests/ui/shots.mjs OUT [--built DIR] [--only NAME,…] [--docs]
//
// DIR is a built extension (default dist, by `cargo xtask dist`). Exits 1 where a page logged
// an error, could not read its state, or is wider than its window. --docs takes the README's
// pictures only.
import { mkdir } from "node:fs/promises";
import { openBrowser } from "./harness.mjs";
import { screens } from "./states.mjs";

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const out = args[0] ?? "test-results/ui";
const only = option("--only")?.split(",");
const docs = args.includes("--docs");

// The README's pictures: file → screen.
const pictures = { "popup-found": "unlocked", dashboard: "dashboard" };
const looks = docs
  ? [["light", 380], ["dark", 380]]
  : [["light", 380], ["dark", 380], ["light", 320], ["dark", 800]];
const names = docs ? Object.values(pictures) : Object.keys(screens).filter((name) => !only || only.includes(name));

await mkdir(out, { recursive: true });
const browser = await openBrowser(option("--built") ?? "dist");
const problems = [];
for (const [colorScheme, width] of looks) {
  for (const name of names) {
    const screen = screens[name];
    const faults = [];
    try {
      const page = await browser.open(screen, { faults, colorScheme, width: docs && screen.page === "dashboard" ? 760 : width, scale: docs && screen.page !== "dashboard" ? 2 : 1 });
      await screen.act?.(page);
      const problem = page.getByTestId("problem");
      if (screen.error) await problem.waitFor({ timeout: 10_000 });
      else if (await problem.count()) faults.push(await problem.innerText());
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (sideways > 0) faults.push(`${sideways} px too wide`);
      if (screen.page === "dashboard" && docs) await page.getByTestId("prices").waitFor();
      await page.waitForFunction(() => [...document.images].every((image) => image.complete));
      const picture = Object.keys(pictures).find((file) => pictures[file] === name);
      const path = docs ? `${out}/${picture}-${colorScheme}.png` : `${out}/${name}-${colorScheme}-${width}.png`;
      await page.screenshot({ path, fullPage: true });
      await page.context().close();
    } catch (error) {
      faults.push(error.message.split("\n")[0]);
    }
    problems.push(...faults.map((fault) => `${name}, ${colorScheme}, ${width} px: ${fault}`));
  }
}
await browser.close();
for (const problem of problems) console.error(problem);
console.log(`${names.length} screens in ${looks.length} looks, ${problems.length} faults: ${out}`);
process.exitCode = problems.length > 0 ? 1 : 0;
