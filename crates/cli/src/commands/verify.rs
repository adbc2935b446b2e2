//! `lode verify`: whether addresses exist.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::time::Duration;

use lode_core::email::EmailStatus;
use lode_verify::{Address, Domain, Verdict, Verifier};
use serde::Serialize;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use super::network::{NetworkArgs, say_what_is_shut};
use crate::output::{Failure, JsonLines};

const EXAMPLES: &str = "\
Examples:
  lode verify ada.marlow@acme.example --helo probe.example.org --mail-from probe@example.org
  lode verify - < addresses.txt
  lode verify - --dns 127.0.0.1:5353 --smtp-port 2525 --allow-net 127.0.0.0/8 --retry-after 4,8

Each line: {\"email\",\"status\",\"score\",\"reasons\",\"mx\",\"duration_ms\"}, one for each address
given, as soon as it is known. Addresses of one domain share sessions. Without --helo and
--mail-from no mail server is asked, but in test networks that --allow-net opens by hand;
pauses and hourly limits do not hold there. Elsewhere a domain is asked three times an hour,
and the rest of a long list waits.";

/// Verifies e-mail addresses
///
/// Asks DNS and, with the operator's own name and sender, the domain's mail servers; never
/// sends mail. Writes one JSON object for each address.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// Addresses; `-` reads one a line from standard input
    #[arg(required = true, value_name = "EMAIL")]
    emails: Vec<String>,
    /// Mail servers talked to at the same time
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    #[command(flatten)]
    network: NetworkArgs,
}

#[derive(Serialize)]
struct Line<'a> {
    email: &'a str,
    status: EmailStatus,
    score: u8,
    reasons: &'a [String],
    mx: Option<&'a str>,
    duration_ms: u128,
}

/// Longest input line that is read on, in bytes; the rest of it is passed over.
const LINE_BYTES_MAX: u64 = 4096;
/// Input is grouped by domain once it ends or pauses for so long, so that addresses of
/// one domain meet in one session.
const INPUT_PAUSE: Duration = Duration::from_millis(200);
/// Addresses held at once before they are worked on.
const GROUPED_MAX: usize = 100_000;
/// Domains worked on at once for each connection: most wait for DNS, or for a server that
/// others are talking to, and must not keep those from their turn that wait for nobody.
const DOMAINS_A_JOB: usize = 16;
/// Most addresses of one domain in one run, so that verdicts come out on the way.
const RUN_ADDRESSES_MAX: usize = 200;

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))?;
    let done = runtime.block_on(verify(args));
    // A reader that waits for standard input must not hold the end up.
    runtime.shutdown_background();
    done
}

async fn verify(args: Args) -> Result<(), Failure> {
    let mut config = args.network.config()?;
    config.limits.connections = usize::from(args.jobs);
    if config.identity.is_none() {
        let but = match config.test_identity {
            Some(_) => " but in the networks of --allow-net",
            None => "",
        };
        eprintln!("lode: no mail server is asked without --helo and --mail-from{but}");
    }
    let verifier = Verifier::new(config)?;
    let asked = verifier.clone();
    let (lines, inputs) = mpsc::channel(1024);
    std::thread::spawn(move || read_inputs(args.emails, &lines));
    let (verdicts, mut results) = mpsc::channel(1024);
    let work = Work {
        verifier,
        domains: Arc::new(Semaphore::new(usize::from(args.jobs) * DOMAINS_A_JOB)),
        waits: args.network.waits(),
        verdicts,
    };
    let grouping = tokio::spawn(group(inputs, work));
    let mut out = JsonLines::stdout();
    while let Some(Done { email, verdict }) = results.recv().await {
        out.write(&Line {
            email: &email,
            status: verdict.status,
            score: verdict.score,
            reasons: &verdict.reasons,
            mx: verdict.mx.as_deref(),
            duration_ms: verdict.duration.as_millis(),
        })?;
    }
    say_what_is_shut(&asked, false);
    grouping
        .await
        .map_err(|error| Failure::new(format!("a task failed: {error}")))?
}

/// An input with its verdict.
struct Done {
    email: String,
    verdict: Verdict,
}

/// What every domain's task needs.
#[derive(Clone)]
struct Work {
    verifier: Verifier,
    domains: Arc<Semaphore>,
    waits: bool,
    verdicts: mpsc::Sender<Done>,
}

/// Sends the inputs on, those of standard input line by line.
fn read_inputs(emails: Vec<String>, to: &mpsc::Sender<io::Result<String>>) {
    for email in emails {
        if email != "-" {
            if to.blocking_send(Ok(email)).is_err() {
                return;
            }
            continue;
        }
        let mut input = BufReader::new(io::stdin().lock());
        loop {
            match read_line(&mut input) {
                Ok(Some(line)) => {
                    if to.blocking_send(Ok(line)).is_err() {
                        return;
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    let _ = to.blocking_send(Err(error));
                    return;
                }
            }
        }
    }
}

/// The next line without its end; an overlong one is cut, which no address survives.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if input
        .by_ref()
        .take(LINE_BYTES_MAX)
        .read_until(b'\n', &mut line)?
        == 0
    {
        return Ok(None);
    }
    while line.last() != Some(&b'\n') {
        // Passes over what is left of an overlong line, piece by piece.
        let mut rest = Vec::new();
        if input
            .by_ref()
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut rest)?
            == 0
            || rest.last() == Some(&b'\n')
        {
            break;
        }
    }
    let text = String::from_utf8_lossy(&line);
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Groups inputs by domain and sets a task to work on each group.
async fn group(mut inputs: mpsc::Receiver<io::Result<String>>, work: Work) -> Result<(), Failure> {
    let mut groups = Groups::default();
    loop {
        match tokio::time::timeout(INPUT_PAUSE, inputs.recv()).await {
            Ok(Some(Ok(input))) => {
                if let Some(done) = groups.add(input, &work.verifier).await {
                    let _ = work.verdicts.send(done).await;
                }
                if groups.count >= GROUPED_MAX {
                    groups.set_to_work(&work);
                }
            }
            Ok(Some(Err(error))) => {
                return Err(Failure::new(format!("cannot read standard input: {error}")));
            }
            Ok(None) => {
                groups.set_to_work(&work);
                return Ok(());
            }
            Err(_) => groups.set_to_work(&work),
        }
    }
}

/// An address and the inputs that named it.
struct Entry {
    address: Address,
    inputs: Vec<String>,
    spent: Duration,
}

#[derive(Default)]
struct Groups {
    by_domain: HashMap<Domain, Vec<Entry>>,
    places: HashMap<Address, usize>,
    count: usize,
}

impl Groups {
    /// Takes an input in; what is no address has its verdict at once.
    async fn add(&mut self, input: String, verifier: &Verifier) -> Option<Done> {
        let Ok(address) = Address::parse(input.trim()) else {
            let verdict = verifier.verify_text(&input, 0).await;
            return Some(Done {
                email: input,
                verdict,
            });
        };
        let entries = self.by_domain.entry(address.domain().clone()).or_default();
        let place = *self.places.entry(address.clone()).or_insert(entries.len());
        self.count += 1;
        match entries.get_mut(place) {
            Some(entry) => entry.inputs.push(input),
            None => entries.push(Entry {
                address,
                inputs: vec![input],
                spent: Duration::ZERO,
            }),
        }
        None
    }

    fn set_to_work(&mut self, work: &Work) {
        self.places.clear();
        self.count = 0;
        for (domain, entries) in self.by_domain.drain() {
            tokio::spawn(work_on(work.clone(), domain, entries));
        }
    }
}

/// Verifies one domain's addresses, a run at a time.
async fn work_on(work: Work, domain: Domain, mut entries: Vec<Entry>) {
    while !entries.is_empty() {
        let rest = entries.split_off(entries.len().min(RUN_ADDRESSES_MAX));
        let deferred = attempt(&work, &domain, entries, 0).await;
        if !deferred.is_empty() {
            // Waits beside the next run, not before it.
            tokio::spawn(ask_again(work.clone(), domain.clone(), deferred));
        }
        entries = rest;
    }
}

/// Entries to be asked again.
struct Deferred {
    entries: Vec<Entry>,
    due: Instant,
    /// The number of the attempt then.
    number: u32,
    /// No server could be reached.
    unreachable: bool,
}

async fn ask_again(work: Work, domain: Domain, mut waiting: Vec<Deferred>) {
    while !waiting.is_empty() {
        waiting.sort_unstable_by_key(|deferred| Reverse(deferred.due));
        let Some(next) = waiting.pop() else { return };
        tokio::select! {
            () = tokio::time::sleep_until(next.due) => {}
            // Not the servers' doing: no wait helps.
            () = work.verifier.port_found_shut(), if next.unreachable => {}
        }
        waiting.extend(attempt(&work, &domain, next.entries, next.number).await);
    }
}

/// Asks once for all entries, sends off what is known and returns what is to be asked again:
/// with the next number where the server asked for it, with the same where we held it.
async fn attempt(work: &Work, domain: &Domain, entries: Vec<Entry>, number: u32) -> Vec<Deferred> {
    let addresses: Vec<Address> = entries.iter().map(|entry| entry.address.clone()).collect();
    let verdicts = {
        // Only the asking takes a place; waiting for a retry takes none.
        let _place = work.domains.acquire().await;
        work.verifier.verify_all(domain, &addresses, number).await
    };
    let now = Instant::now();
    let mut again: Vec<Deferred> = Vec::new();
    for (mut entry, mut verdict) in entries.into_iter().zip(verdicts) {
        entry.spent += verdict.duration;
        let Some(wait) = verdict.retry_after.filter(|_| work.waits) else {
            verdict.duration = entry.spent;
            for email in entry.inputs {
                let verdict = verdict.clone();
                let _ = work.verdicts.send(Done { email, verdict }).await;
            }
            continue;
        };
        let number = number.saturating_add(u32::from(!verdict.held));
        let unreachable = verdict.is_unreachable();
        match again.iter_mut().find(|known| known.number == number) {
            Some(known) => {
                known.due = known.due.max(now + wait);
                known.unreachable &= unreachable;
                known.entries.push(entry);
            }
            None => again.push(Deferred {
                entries: vec![entry],
                due: now + wait,
                number,
                unreachable,
            }),
        }
    }
    again
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_lf_crlf_or_with_the_input() {
        let mut input: &[u8] = b"a@b.example\r\n\nc@d.example";
        let mut lines = vec![];
        while let Some(line) = read_line(&mut input).unwrap() {
            lines.push(line);
        }
        assert_eq!(lines, ["a@b.example", "", "c@d.example"]);
    }

    #[test]
    fn an_overlong_line_is_one_line() {
        let text = format!("{}\nada@b.example\n", "x".repeat(20_000));
        let mut input = text.as_bytes();
        assert!(read_line(&mut input).unwrap().unwrap().len() <= 4096);
        assert_eq!(read_line(&mut input).unwrap().unwrap(), "ada@b.example");
        assert_eq!(read_line(&mut input).unwrap(), None);
    }
}
