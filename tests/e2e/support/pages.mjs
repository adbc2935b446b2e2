// Serves pages over TLS on loopback, under the real host names (the browser is told to
// resolve them to here).
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import path from "node:path";
import { atEnd } from "./tools.mjs";

// What the sites send (docs/ARCHITECTURE.md): the first bars WebAssembly in content scripts.
export const CSP_MEMBER =
  "default-src 'none'; script-src 'report-sample' 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' https://static.licdn.com; style-src 'unsafe-inline'; connect-src 'self'";
export const CSP_GUEST = "script-src 'unsafe-inline' 'unsafe-eval' 'self'";

/** `pages`: path → { html, csp }, changed at will while it serves. */
export async function servePages(t, folder, pages) {
  const key = path.join(folder, "key.pem");
  const cert = path.join(folder, "cert.pem");
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=lode-test", "-keyout", key, "-out", cert], { stdio: "ignore" });
  const seen = [];
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const url = new URL(request.url, `https://${request.headers.host}`);
    seen.push(`${url.host}${url.pathname}`);
    const page = pages[url.pathname];
    if (!page) {
      response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html><title>Not here</title>");
      return;
    }
    const headers = { "content-type": page.type ?? "text/html; charset=utf-8" };
    if (page.csp) headers["content-security-policy"] = page.csp;
    response.writeHead(200, headers).end(page.html);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  }));
  return { port: server.address().port, seen };
}
