// Addresses on standard input, one a line; {"email","verdict"} on standard output.
// Arguments: the package's folder, how many at once, port, seconds for one address.
// The package has no setting for HELO and MAIL FROM.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [folder, atOnce, port, limit] = process.argv.slice(2);
const { verifyEmailDetailed } = createRequire(`${folder}/`)('@devmehq/email-validator-js');

const emails = [];
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) emails.push(line.trim());
}

async function verdict(emailAddress) {
  const seconds = Number(limit);
  const found = await Promise.race([
    verifyEmailDetailed({
      emailAddress, verifyMx: true, verifySmtp: true, checkDisposable: true, smtpPort: Number(port),
    }).catch(() => null),
    new Promise((resolve) => { setTimeout(() => resolve(null), seconds * 1000).unref(); }),
  ]);
  if (!found) return 'none';
  if (found.disposable) return 'risky';
  if (!found.format.valid || found.domain.valid === false) return 'invalid';
  if (found.smtp.error === 'MAILBOX_FULL') return 'risky';
  if (found.smtp.valid === true) return 'valid';
  return found.smtp.valid === false ? 'invalid' : 'unknown';
}

async function worker() {
  for (let email = emails.shift(); email; email = emails.shift()) {
    process.stdout.write(`${JSON.stringify({ email, verdict: await verdict(email) })}\n`);
  }
}
await Promise.all(Array.from({ length: Number(atOnce) }, worker));
process.exit(0);
