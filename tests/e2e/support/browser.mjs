// Real Chromium with the real extension from dist/.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import path from "node:path";
import { atEnd, ROOT, chromium, until } from "./tools.mjs";

const DIST = path.join(ROOT, "dist");

/** The extension's id, from the public key in its manifest. */
export function extensionId() {
  const { key } = JSON.parse(readFileSync(path.join(DIST, "manifest.json"), "utf8"));
  const digest = createHash("sha256").update(Buffer.from(key, "base64")).digest("hex");
  return [...digest.slice(0, 32)].map((c) => String.fromCharCode(97 + parseInt(c, 16))).join("");
}

/** Starts Chromium; the sites' host names lead to `pagesPort`, all others nowhere. */
export async function startBrowser(t, folder, pagesPort, { width = 1100, height = 800 } = {}) {
  const context = await chromium.launchPersistentContext(path.join(folder, "profile"), {
    executablePath: process.env.LODE_CHROMIUM ?? "/usr/bin/chromium",
    headless: false,
    ignoreHTTPSErrors: true,
    viewport: { width, height },
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--ignore-certificate-errors",
      "--disable-features=DisableLoadExtensionCommandLineSwitch",
      `--disable-extensions-except=${DIST}`,
      `--load-extension=${DIST}`,
      `--host-resolver-rules=MAP *.linkedin.com 127.0.0.1:${pagesPort},MAP *.crunchbase.com 127.0.0.1:${pagesPort},MAP *.google.com 127.0.0.1:${pagesPort},MAP * ~NOTFOUND,EXCLUDE 127.0.0.1`,
    ],
  });
  atEnd(t, () => context.close());
  const id = extensionId();
  const browser = {
    context,
    id,
    /** The running worker, started if it is not. */
    async worker() {
      const running = () => context.serviceWorkers().find((w) => w.url().includes(id));
      return until("the extension's worker", running);
    },
    /** Opens one of the extension's pages in a tab. */
    async page(name) {
      const page = await context.newPage();
      page.on("pageerror", (error) => browser.errors.push(`${name}: ${error.message}`));
      await page.goto(`chrome-extension://${id}/extension/${name}`);
      return page;
    },
    errors: [],
  };
  // A new installation opens its options; every test but one pairs by hand, later.
  browser.welcome = await until("the options page of a new installation", () => context.pages().find((p) => p.url().includes(id)));
  return browser;
}

/** Puts server and code where `cargo xtask start` puts them, before the browser starts. */
export function leavePairing(t, server, code) {
  const file = path.join(DIST, "pairing.json");
  const before = readFileSync(file);
  atEnd(t, () => writeFileSync(file, before));
  writeFileSync(file, JSON.stringify({ server, code }));
}

/** Pairs through the options page, as a user does. */
export async function pair(browser, server, code) {
  const page = browser.welcome;
  await page.getByTestId("server-input").fill(server);
  await page.getByTestId("code-input").fill(code);
  await page.getByTestId("pair").click();
  await page.getByTestId("unpair").waitFor();
  await page.close();
}

/** A browser that is paired with the server; no page of the extension may show an error. */
export async function startPaired(t, folder, pagesPort, { address, code }) {
  const browser = await startBrowser(t, folder, pagesPort);
  await pair(browser, address, code);
  atEnd(t, () => assert.deepEqual(browser.errors, [], "errors in the extension's pages"));
  return browser;
}

/** Clicks the button in the page. Its shadow root is closed, so by its place on the screen. */
export async function clickCapture(page) {
  const box = await until("the capture button", () => buttonBox(page));
  await page.mouse.click(box.x + box.width - 20, box.y + box.height - 10);
}

/** Where the button is, or null where there is none. */
export function buttonBox(page) {
  return page.evaluate(() => {
    const host = document.documentElement.lastElementChild;
    if (!host || host.localName !== "div") return null;
    const { x, y, width, height } = host.getBoundingClientRect();
    return width ? { x, y, width, height } : null;
  });
}

/**
 * The content script's own world of a page: evaluates expressions there, on whatever page is in
 * view. An exception in it is one here.
 */
export async function contentScript(browser, page) {
  const session = await browser.context.newCDPSession(page);
  let worlds = [];
  session.on("Runtime.executionContextsCleared", () => (worlds = []));
  session.on("Runtime.executionContextCreated", ({ context }) => worlds.push(context));
  await session.send("Runtime.enable");
  const evaluate = async (expression) => {
    const own = await until("the content script's world", () => worlds.find((w) => w.origin?.includes(browser.id)));
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", { contextId: own.id, awaitPromise: true, returnByValue: true, expression });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  return { evaluate, session, close: () => session.detach() };
}

/** Evaluates one expression in the content script's own world of a page. */
export async function inContentScript(browser, page, expression) {
  const world = await contentScript(browser, page);
  try {
    return await world.evaluate(expression);
  } finally {
    await world.close();
  }
}

/** Stops the worker as Chromium does when it is idle, at once; fails if it did not stop. */
export async function killWorker(browser) {
  const page = await browser.context.newPage();
  // A page of the extension's own origin, but none that talks to the worker.
  await page.goto(`chrome-extension://${browser.id}/manifest.json`);
  const session = await browser.context.newCDPSession(page);
  const workers = async () => {
    const { targetInfos } = await session.send("Target.getTargets");
    return targetInfos.filter((info) => info.type === "service_worker" && info.url.includes(browser.id)).map((info) => info.targetId);
  };
  const [running] = await workers();
  await session.send("ServiceWorker.enable");
  await session.send("ServiceWorker.stopAllWorkers");
  await until("the worker has stopped", async () => !(await workers()).includes(running));
  await page.close();
}
