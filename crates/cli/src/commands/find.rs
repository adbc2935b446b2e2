//! `lode find`: a person's work address.

use std::time::{Duration, Instant};

use lode_core::api::DryRunRequest;
use lode_core::email::EmailStatus;
use lode_finder::domain::of_given;
use lode_finder::domain::website::WebConfig;
use lode_finder::{
    CandidateResult, CompanySize, Conclusion, DomainFinding, FindOutcome, FindRequest, Finder,
    FinderConfig, KnownAddress, PatternEvidence,
};
use lode_verify::Verifier;
use serde::Serialize;

use super::network::{NetworkArgs, say_what_is_shut};
use super::providers::Target;
use super::serve::runtime;
use crate::output::{Failure, JsonLines};

const EXAMPLES: &str = "\
Examples:
  lode find --name 'Ada Marlow' --domain acme.example
  lode find --name 'Ada Marlow' --company 'Acme Robotics GmbH' --helo probe.example.org --mail-from probe@example.org
  lode find --name 'Ada Marlow' --domain acme.example --dry-run
  lode find --name 'Ada Marlow' --domain acme.example --known 'Bo Stone <b.stone@acme.example>'

The line: {\"name\",\"domain\",\"email\",\"status\",\"score\",\"conclusion\",\"reasons\",\"candidates\",
\"domains\",\"mx\",\"duration_ms\"}. Candidates are in the order in which they were asked about;
\"probability\" is from before the probe, given the domain. Without --helo and --mail-from no
mail server is asked, and every address is a guess.

Data providers are asked by the server's look-ups only. With --dry-run the line is
{\"expected_cost\",\"calls\",\"left_out\"}: what asking those of the account in --data-dir would
cost for this person, and who would not be asked, and why.";

/// Finds a person's work e-mail address
///
/// Writes one JSON object: the address with its verdict, and every candidate that was
/// considered.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// The person's name as displayed
    #[arg(long)]
    name: String,
    /// The company's mail domain
    #[arg(long, required_unless_present_any = ["company", "website"])]
    domain: Option<String>,
    /// The company's name; its domain is looked for
    #[arg(long)]
    company: Option<String>,
    /// The company's website
    #[arg(long)]
    website: Option<String>,
    /// How many people the company employs
    #[arg(long, value_name = "N")]
    employees: Option<u32>,
    /// An address known at the domain, with its holder's name where known; repeatable
    #[arg(long, value_name = "ADDRESS | NAME <ADDRESS>")]
    known: Vec<String>,
    /// Port of the web servers, over plain HTTP (tests)
    #[arg(long, value_name = "N")]
    web_port: Option<u16>,
    /// Asks nobody, and says what the data providers of an account would cost
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: whose providers
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    network: NetworkArgs,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    domain: Option<&'a str>,
    email: Option<&'a str>,
    status: EmailStatus,
    score: u8,
    conclusion: Conclusion,
    reasons: &'a [String],
    candidates: &'a [CandidateResult],
    domains: Vec<&'a DomainFinding>,
    mx: Option<&'a str>,
    duration_ms: u128,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Failure> {
    if args.dry_run {
        let of = DryRunRequest {
            full_name: Some(args.name),
            company: args.company,
            // A website tells the domain without asking anybody.
            company_domain: args.domain.or(args.website).map(|text| {
                of_given(&text, None).map_or(text, |domain| domain.as_str().to_owned())
            }),
            company_url: None,
            profile_url: None,
        };
        return runtime()?.block_on(dry_run(&args.target, &of));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))?;
    runtime.block_on(find(args))
}

async fn find(args: Args) -> Result<(), Failure> {
    let config = args.network.config()?;
    let retry = config.retry.clone();
    let verifier = Verifier::new(config)?;
    let asked = verifier.clone();
    let finder = Finder::new(
        FinderConfig {
            web: WebConfig {
                port: args.web_port,
                ..WebConfig::default()
            },
            ..FinderConfig::default()
        },
        verifier,
    )?;
    let mut request = FindRequest {
        full_name: Some(args.name.clone()),
        domain: args.domain,
        company: args.company,
        website: args.website,
        company_size: args.employees.map(CompanySize::from_employees),
        evidence: PatternEvidence {
            addresses: args
                .known
                .iter()
                .map(|known| known_address(known))
                .collect(),
            refuted: Vec::new(),
        },
        ..FindRequest::default()
    };
    let started = Instant::now();
    let outcome = loop {
        let outcome = finder.find(&request).await;
        let again = outcome
            .retry_after
            .or_else(|| retry.delay_after(request.attempt))
            .filter(|_| outcome.conclusion == Conclusion::Deferred && args.network.waits());
        let Some(delay) = again else { break outcome };
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = asked.port_found_shut(), if outcome.unreachable => {}
        }
        request.resolved = outcome.domain;
        request.attempt += u32::from(!outcome.held);
    };
    let unreachable = outcome
        .reasons
        .iter()
        .any(|reason| matches!(reason.as_str(), "timeout" | "connection_refused"));
    say_what_is_shut(&asked, unreachable);
    write(&args.name, &outcome, started.elapsed())
}

/// What asking the account's providers would cost. Our own search costs nothing, and may
/// make them needless.
async fn dry_run(target: &Target, of: &DryRunRequest) -> Result<(), Failure> {
    let opened = target.open().await?;
    let plan = opened.providers.dry_run(opened.account_id, of).await;
    opened.close().await;
    JsonLines::stdout().write(&plan?)
}

fn write(name: &str, outcome: &FindOutcome, took: Duration) -> Result<(), Failure> {
    JsonLines::stdout().write(&Line {
        name,
        domain: outcome.domain.as_ref().map(|domain| domain.domain.as_str()),
        email: outcome.email.as_deref(),
        status: outcome.status,
        score: outcome.score,
        conclusion: outcome.conclusion,
        reasons: &outcome.reasons,
        candidates: &outcome.candidates,
        domains: outcome
            .domain
            .iter()
            .chain(&outcome.other_domains)
            .collect(),
        mx: outcome.mx.as_deref(),
        duration_ms: took.as_millis(),
    })
}

/// `Bo Stone <b.stone@acme.example>` or the address alone.
fn known_address(text: &str) -> KnownAddress {
    let (name, email) = match text.split_once('<') {
        Some((name, address)) => (name.trim(), address.trim_end_matches(['>', ' '])),
        None => ("", text.trim()),
    };
    KnownAddress {
        email: email.to_owned(),
        name: (!name.is_empty()).then(|| name.to_owned()),
        weight: 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_addresses_with_and_without_a_name() {
        let known = known_address("Bo Stone <b.stone@acme.example>");
        assert_eq!(known.email, "b.stone@acme.example");
        assert_eq!(known.name.as_deref(), Some("Bo Stone"));
        let known = known_address(" info@acme.example ");
        assert_eq!(
            (known.email.as_str(), known.name),
            ("info@acme.example", None)
        );
    }
}
