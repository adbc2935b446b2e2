"""Addresses on standard input, one a line; {"email","verdict"} on standard output.

Arguments: listwash or pigeontrust, how many domains at once, HELO name, MAIL FROM, seconds
for one domain. Both packages ask the system's resolver, listwash port 25 only: run it where
those are the bed's.
"""

import collections
import concurrent.futures
import json
import os
import sys
import tempfile
import threading

tool, at_once, helo, mail_from, limit = sys.argv[1:6]


def listwash(domain, emails):
    from listwash.core import verify

    words = {"valid": "valid", "invalid": "invalid", "catch-all": "accept_all",
             "unknown": "unknown", "do_not_mail": "risky"}
    # listwash renames a file over its cache's path: a folder of its own, and never a device.
    with tempfile.TemporaryDirectory() as folder:
        found = verify(emails, helo=helo, mail_from=mail_from, workers=1, fresh=True,
                       cache_path=os.path.join(folder, "cache.json"), pause=0.0)
    return {email: words[found[email.strip().lower()]["verdict"]] for email in emails}


def pigeontrust(domain, emails):
    import pigeontrust as p

    words = {"deliverable": "valid", "undeliverable": "invalid", "risky": "risky"}
    found = p.Pigeontrust(p.VerifierConfig(helo_host=helo, from_address=mail_from)).verify_many(emails)
    return {email: "accept_all" if result.is_catch_all else words.get(result.verdict.value, "unknown")
            for email, result in zip(emails, found)}


ask = {"listwash": listwash, "pigeontrust": pigeontrust}[tool]
by_domain = collections.defaultdict(list)
for line in sys.stdin:
    email = line.strip()
    by_domain[email.rpartition("@")[2]].append(email)


def one(domain):
    """A thread of its own, since a server that never stops talking holds it for ever."""
    answer = {}

    def work():
        try:
            answer.update(ask(domain, by_domain[domain]))
        except Exception as error:  # what a tool throws is no verdict
            print(tool, domain, repr(error), file=sys.stderr)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(float(limit))
    for email in by_domain[domain]:
        print(json.dumps({"email": email, "verdict": answer.get(email, "none")}), flush=True)


with concurrent.futures.ThreadPoolExecutor(int(at_once)) as pool:
    list(pool.map(one, by_domain))
sys.stdout.flush()
os._exit(0)
