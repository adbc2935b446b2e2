// A data provider on loopback that answers as LeadMagic documents its mobile finder
// (POST /v1/people/mobile-finder) and its validation (POST /v1/people/email-validation), and holds its answer back for as long as a test likes.
import { createServer } from "node:http";
import { atEnd } from "./tools.mjs";

// In a net that the test bed has the backend call (`allow_nets`).
const HOST = "127.1.0.77";

/** Numbers by profile slug; whoever is not in it is not known. */
export async function startProvider(t, numbers) {
  const asked = [];
  const validated = [];
  let gate = Promise.resolve();
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.url === "/v1/people/email-validation") {
      const { email = "" } = JSON.parse(body);
      validated.push(email);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ email, email_status: "valid", credits_consumed: 0.25 }));
      return;
    }
    if (request.url !== "/v1/people/mobile-finder") {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ email: null, status: "not_found", credits_consumed: 0 }));
      return;
    }
    const { profile_url = "" } = JSON.parse(body);
    asked.push(profile_url);
    await gate;
    const slug = Object.keys(numbers).find((known) => profile_url.includes(known));
    const answer = slug ? { mobile_number: numbers[slug], credits_consumed: 5 } : { mobile_number: null, credits_consumed: 0 };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise((resolve) => server.listen(0, HOST, resolve));
  atEnd(t, () => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  }));
  return {
    url: `http://${HOST}:${server.address().port}`,
    asked,
    validated,
    /** Holds answers back until the returned function is called. */
    hold() {
      let release;
      gate = new Promise((resolve) => (release = resolve));
      return release;
    },
  };
}
