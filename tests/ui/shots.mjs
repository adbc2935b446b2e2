// A look at every screen of the popup and the options page, without a worker: canned
// states stand in for its replies, and the pages run under the extension's own policy.
//
//   node tests/ui/shots.mjs OUT [--built DIR] [--only NAME,…] [--docs]
//
// DIR is a built extension (default dist). Needs the Node packages that
// `cargo xtask dist` installs, and a Chromium (LODE_CHROMIUM, default /usr/bin/chromium). Exits 1 where a page logged an error or overflows sideways.
// This is for eyes; the end-to-end tests run the real worker and server.
import { createRequire } from "node:module";
import { mkdir, readFile } from "node:fs/promises";
import { join, normalize } from "node:path";
import { screens } from "./states.mjs";

// The repository's own copy, as `cargo xtask` installs it.
const tools = createRequire(new URL("../../xtask/node/package.json", import.meta.url));
const { chromium } = tools("playwright-core");

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const out = args[0] ?? "test-results/ui";
const built = option("--built") ?? "dist";
const only = option("--only")?.split(",");
const docs = args.includes("--docs");

const POLICY = "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'; style-src 'self'; img-src 'self'";
const TYPES = { html: "text/html", css: "text/css", js: "text/javascript", wasm: "application/wasm", svg: "image/svg+xml", png: "image/png" };

/** Runs in the page: what an extension page finds under `chrome`. */
function worker({ state, error }) {
  const sent = [];
  globalThis.sent = sent;
  const listeners = [];
  globalThis.change = (next) => {
    state = next;
    for (const listener of listeners) listener({ kind: "state_changed" });
  };
  const read = ["get_state", "preview"];
  globalThis.chrome = {
    runtime: {
      sendMessage: async (message) => {
        sent.push(message);
        return error && !read.includes(message.kind) ? error : { kind: "state", state };
      },
      onMessage: { addListener: (listener) => listeners.push(listener) },
      openOptionsPage: async () => sent.push("options"),
    },
    permissions: { request: async (wanted) => sent.push(wanted) > 0 },
    tabs: { reload: async () => sent.push("reload"), onUpdated: { addListener() {} } },
  };
}

async function serve(route) {
  const path = normalize(new URL(route.request().url()).pathname);
  try {
    await route.fulfill({
      body: await readFile(join(built, path)),
      headers: { "content-type": TYPES[path.split(".").pop()] ?? "text/plain", "content-security-policy": POLICY },
    });
  } catch {
    await route.fulfill({ status: 404, body: "" });
  }
}

const browser = await chromium.launch({
  executablePath: process.env.LODE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
await mkdir(out, { recursive: true });
const faults = [];
const looks = docs
  ? [["light", 380], ["dark", 380]]
  : [["light", 380], ["dark", 380], ["light", 320], ["dark", 800]];
const names = Object.keys(screens).filter((name) => (docs ? name === "found" : !only || only.includes(name)));

for (const [colorScheme, width] of looks) {
  const context = await browser.newContext({ viewport: { width, height: 600 }, colorScheme, deviceScaleFactor: docs ? 2 : 1 });
  await context.route("http://lode.test/**", serve);
  for (const name of names) {
    const { page: kind = "popup", state, error, act } = screens[name];
    const page = await context.newPage();
    const label = `${name}-${colorScheme}-${width}`;
    page.on("console", (m) => m.type() === "error" && faults.push(`${label}: ${m.text()}`));
    page.on("pageerror", (e) => faults.push(`${label}: ${e}`));
    page.on("dialog", () => faults.push(`${label}: page text ran as script`));
    await page.addInitScript(worker, { state, error });
    await page.goto(`http://lode.test/extension/${kind}.html`);
    const ready = kind === "popup" ? "[data-testid=state]:not([data-state=starting])" : "[data-testid=pair-status]";
    try {
      await page.locator(ready).waitFor({ timeout: 5_000 });
      await act?.(page);
      if (error) await page.getByTestId("problem").waitFor({ timeout: 5_000 });
      else if (await page.getByTestId("problem").count()) faults.push(`${label}: ${await page.getByTestId("problem").innerText()}`);
    } catch (e) {
      faults.push(`${label}: ${e.message.split("\n")[0]}`);
    }
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (sideways > 0) faults.push(`${label}: ${sideways} px too wide`);
    const path = docs ? `${out}/popup-found-${colorScheme}.png` : `${out}/${label}.png`;
    await page.screenshot({ path, fullPage: true });
    await page.close();
  }
  await context.close();
}
await browser.close();
for (const fault of faults) console.error(fault);
console.log(`${names.length} screens in ${looks.length} looks, ${faults.length} faults: ${out}`);
process.exitCode = faults.length > 0 ? 1 : 0;
