// The worker's shell: listeners, registered synchronously in the first turn, as the browser
// demands; each hands its event to the core (Rust, ./pkg) once that is ready.
import init, { load, on_message, on_start, on_tab_gone, on_wake, __wbg_reset_state } from "./pkg/core.js";

// Longer than any call that a reply waits for.
const REPLY_MS = 60_000;

let compiled;
let ready;
let trap = newTrap();

function newTrap() {
  const made = Promise.withResolvers();
  made.promise.catch(() => {});
  return made;
}

function core() {
  compiled ??= init().catch((error) => {
    compiled = undefined;
    throw error;
  });
  ready ??= compiled.then(load).catch((error) => {
    ready = undefined;
    throw error;
  });
  return ready;
}

// A panic traps the instance and leaves its promises open: answer whoever waits, and go on
// with a fresh instance, which restores itself from storage.
function recover(event) {
  const error = event.reason ?? event.error;
  if (!(error instanceof WebAssembly.RuntimeError)) return;
  const waiting = trap;
  trap = newTrap();
  ready = undefined;
  __wbg_reset_state();
  waiting.reject(new Error("trapped"));
}
self.addEventListener("error", recover);
self.addEventListener("unhandledrejection", recover);

function late() {
  return new Promise((_, reject) => setTimeout(reject, REPLY_MS, new Error("late")));
}

// Each kind of caller understands its own: pages an "error", content scripts a refusal.
function failure(fromPage) {
  const message = "Something went wrong here. Nothing captured is lost; try again.";
  return fromPage ? { kind: "error", code: "internal", message } : { kind: "refused", message };
}

chrome.runtime.onMessage.addListener((message, sender, reply) => {
  if (sender.id !== chrome.runtime.id) return false;
  const fromPage = sender.origin === self.location.origin;
  core()
    .then(() => Promise.race([on_message(message, sender), trap.promise, late()]))
    .then(reply, () => reply(failure(fromPage)));
  return true;
});

// `cargo xtask start` leaves the server's address and a one-time code in the extension's own
// folder, which no page can read. A code that is used up or too old changes nothing.
async function pairAsBuilt() {
  const { server, code } = await fetch("/pairing.json").then((file) => file.json());
  if (!server || !code) return;
  await core();
  const own = { id: chrome.runtime.id, origin: self.location.origin };
  const { state } = await on_message({ kind: "get_state" }, own);
  if (state.server && state.server !== server) return;
  const platform = navigator.userAgentData?.platform;
  const device_name = platform ? `Chrome on ${platform}` : "Chrome";
  await on_message({ kind: "pair", server, code, device_name }, own);
}

const wake = () => core().then(on_wake).catch(() => {});
// As `wake`, and newer rules are asked for too.
const start = () => core().then(on_start).catch(() => {});
chrome.runtime.onInstalled.addListener(({ reason }) => {
  pairAsBuilt()
    .catch(() => {})
    // A new user is shown whether Lode is paired, and if not, how that is done.
    .then(() => reason === "install" && chrome.runtime.openOptionsPage());
  start();
});
chrome.runtime.onStartup.addListener(() => {
  pairAsBuilt().catch(() => {});
  start();
});
chrome.alarms.onAlarm.addListener(wake);
self.addEventListener("online", wake);

chrome.tabs.onRemoved.addListener((id) => core().then(() => on_tab_gone(id)).catch(() => {}));

// Also when the worker is started for none of these, as after it was stopped.
wake();
