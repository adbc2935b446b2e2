// The real backend and the real mail internet, each a process of its own on free ports.
import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { atEnd, ROOT, until } from "./tools.mjs";

const BIN = process.env.LODE_BIN_DIR ?? path.join(ROOT, "target/debug");

function run(t, program, args, options = {}) {
  const child = spawn(path.join(BIN, program), args, { stdio: ["pipe", "pipe", "pipe"], ...options });
  child.said = "";
  child.stdout.on("data", (data) => (child.said += data));
  child.stderr.on("data", (data) => (child.said += data));
  child.ended = new Promise((resolve) => child.on("exit", resolve));
  atEnd(t, async () => {
    child.kill("SIGKILL");
    await child.ended;
  });
  return child;
}

/** DNS, SMTP and web servers for the scenario's domains. */
export async function startMail(t, folder, scenario) {
  const file = path.join(folder, "scenario.json");
  writeFileSync(file, JSON.stringify(scenario));
  const child = run(t, "lode-testbed", [file]);
  return until("the test bed's line", () => {
    if (child.exitCode !== null) throw new Error(`lode-testbed ended: ${child.said}`);
    return child.said.includes("\n") && JSON.parse(child.said.split("\n")[0]);
  });
}

/** A backend on SQLite that asks the test bed. `start` again after `stop` keeps port and data. */
export function backend(t, folder, mail, settings = {}) {
  const data = path.join(folder, "data");
  const ready = path.join(folder, "ready.json");
  const env = {
    ...process.env,
    LODE_PROBING: "true",
    LODE_HELO: "probe.lode.test",
    LODE_MAIL_FROM: "probe@lode.test",
    LODE_DNS: mail.dns,
    LODE_SMTP_PORT: String(mail.smtp_port),
    LODE_WEB_PORT: String(mail.http_port),
    LODE_ALLOW_NETS: mail.allow_nets.join(","),
    ...settings,
  };
  let child;
  let listen = "127.0.0.1:0";
  const self = {
    address: "",
    code: "",
    async start() {
      rmSync(ready, { force: true });
      child = run(t, "lode", ["serve", "--data-dir", data, "--listen", listen, "--ready-file", ready], { env });
      const told = await until("the backend", () => {
        if (child.exitCode !== null) throw new Error(`lode serve ended: ${child.said}`);
        return JSON.parse(readFileSync(ready, "utf8"));
      });
      self.address = told.address;
      self.code = told.pairing_code ?? self.code;
      listen = new URL(told.address).host;
      return self;
    },
    async stop() {
      child.kill("SIGKILL");
      await child.ended;
    },
    /** Another one-time code. */
    async newCode() {
      const made = spawn(path.join(BIN, "lode"), ["pair", "--json", "--data-dir", data], { env });
      let said = "";
      made.stdout.on("data", (chunk) => (said += chunk));
      await new Promise((resolve) => made.on("exit", resolve));
      return JSON.parse(said).code;
    },
    /** A device of the test's own, to look at the account from outside the extension. */
    async device() {
      const code = await self.newCode();
      const answer = await fetch(`${self.address}/v1/pairings`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ code, device_name: "test" }),
      });
      const { token } = await answer.json();
      return async (method, path, body) => {
        const reply = await fetch(self.address + path, {
          method,
          headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
          body: body && JSON.stringify(body),
        });
        return { status: reply.status, headers: reply.headers, body: reply.status === 204 ? null : await reply.json() };
      };
    },
    log: () => child.said,
  };
  return self;
}
