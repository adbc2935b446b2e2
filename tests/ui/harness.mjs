// The popup and the options page in a real browser, with canned replies in place of the
// worker. What is shown for which state, and how the pages behave while it changes, can be
// tried here without a server; the end-to-end tests run the real thing.
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { join, normalize } from "node:path";

// The repository's own copy, as `cargo xtask` installs it.
const tools = createRequire(new URL("../../xtask/node/package.json", import.meta.url));
const { chromium } = tools("playwright-core");

const ORIGIN = "https://lode.test";
const TYPES = { html: "text/html", css: "text/css", js: "text/javascript", wasm: "application/wasm", svg: "image/svg+xml", png: "image/png" };

/** Runs in the page: what an extension page finds under `chrome`. */
function worker({ state, error, answers = {} }) {
  const listeners = [];
  const fake = { state, error, answers, sent: [], asked: [], copied: [], granted: true, hold: null };
  globalThis.fake = fake;
  fake.change = (next) => {
    fake.state = next ?? fake.state;
    for (const listener of listeners) listener({ kind: "state_changed" });
  };
  const reads = ["get_state", "preview"];
  // What the server would answer, by the beginning of the path; never, where that is null.
  const answer = ({ path }) => {
    const known = Object.keys(fake.answers).filter((start) => path.startsWith(start)).sort((a, b) => b.length - a.length)[0];
    const said = known === undefined ? { status: 404, body: { title: "No", code: "not_found", detail: `Nothing at ${path}.` } } : fake.answers[known];
    return said && { kind: "answer", status: said.status ?? 200, body: JSON.stringify(said.body ?? said) };
  };
  globalThis.chrome = {
    runtime: {
      sendMessage: async (message) => {
        const read = reads.includes(message.kind) || message.method === "GET";
        (read ? fake.asked : fake.sent).push(message);
        if (message.kind === "call" && !fake.error) return answer(message) ?? new Promise(() => {});
        const made = message.kind === "report" ? { kind: "report", text: "Lode page report 1\n" } : { kind: "state", state: fake.state };
        const reply = fake.error && !read ? fake.error : made;
        if (fake.hold && !read) await fake.hold;
        return reply;
      },
      onMessage: { addListener: (listener) => listeners.push(listener) },
      openOptionsPage: async () => fake.sent.push("options"),
    },
    permissions: {
      request: async (wanted) => {
        fake.sent.push({ permission: wanted.origins, gesture: navigator.userActivation.isActive });
        return fake.granted;
      },
    },
    tabs: { reload: async () => fake.sent.push("reload"), onUpdated: { addListener() {} } },
  };
  Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => fake.copied.push(text) } });
}

/** Chromium, and pages of the built extension in it under the extension's own policy. */
export async function openBrowser(built) {
  const manifest = JSON.parse(await readFile(join(built, "manifest.json"), "utf8"));
  const policy = manifest.content_security_policy.extension_pages;
  const browser = await chromium.launch({
    executablePath: process.env.LODE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });

  async function serve(route) {
    const path = normalize(new URL(route.request().url()).pathname);
    try {
      const headers = { "content-type": TYPES[path.split(".").pop()] ?? "text/plain", "content-security-policy": policy };
      await route.fulfill({ body: await readFile(join(built, path)), headers });
    } catch {
      await route.fulfill({ status: 404, body: "" });
    }
  }

  return {
    close: () => browser.close(),
    /** Opens one page; `faults` gathers what it must not do. */
    async open({ page: kind = "popup", state, error, answers, hash = "" }, { faults = [], width = 380, colorScheme = "light", scale = 1 } = {}) {
      const context = await browser.newContext({ viewport: { width, height: 600 }, colorScheme, deviceScaleFactor: scale });
      await context.route(`${ORIGIN}/**`, serve);
      const page = await context.newPage();
      page.on("console", (m) => m.type() === "error" && faults.push(m.text()));
      page.on("pageerror", (e) => faults.push(String(e)));
      page.on("dialog", (d) => (faults.push("page text ran as script"), d.dismiss()));
      await page.addInitScript(worker, { state, error, answers });
      await page.goto(`${ORIGIN}/extension/${kind}.html${hash}`);
      const ready = { popup: "[data-testid=state]:not([data-state=starting])", options: "[data-testid=pair-status]", dashboard: "[data-testid=dashboard][data-view]" }[kind];
      await page.locator(ready).waitFor({ timeout: 10_000 });
      return page;
    },
  };
}
