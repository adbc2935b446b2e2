//! `lode providers`: keys of data providers, their limits and order.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use clap::Subcommand;
use lode_core::api::{ProviderEdit, ProviderTest};
use lode_providers::ProviderKind;
use lode_server::providers::Providers;
use lode_store::Store;
use serde::Serialize;
use uuid::Uuid;

use super::serve::{DataArgs, runtime};
use crate::output::{Failure, JsonLines};

const EXAMPLES: &str = "\
Examples:
  lode providers set hunter --daily-limit 20 --credit-price 0.034 < hunter.key
  lode providers set hunter --keep-key --second-opinion true
  lode providers list
  lode providers order leadmagic,hunter
  lode providers test hunter

Providers: hunter, leadmagic, prospeo, findymail, icypeas, dropcontact, apollo, snov (whose
key is id:secret). Keys are stored encrypted and never shown; see docs/CONFIGURATION.md.";

/// Longest key that is read, in bytes.
const KEY_BYTES_MAX: usize = 1_024;

/// Sets, lists, orders, tries and removes the keys of data providers
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lists the providers with a key: limits, what is spent today, records, trouble
    ///
    /// One JSON object a line. Limits and spending are in thousandths of the provider's
    /// credit, the price of a credit in millionths of your currency.
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Sets a provider's key, read from standard input, and its settings
    Set {
        #[command(flatten)]
        target: Target,
        /// The provider
        #[arg(value_parser = provider)]
        provider: ProviderKind,
        /// Credits of the provider that may be spent in a day (UTC) [default: 50]
        #[arg(long, value_name = "CREDITS", value_parser = thousandths)]
        daily_limit: Option<i64>,
        /// What one of its credits costs you, in your currency [default: 0.05]
        #[arg(long, value_name = "PRICE", value_parser = millionths)]
        credit_price: Option<u64>,
        /// Whether it is asked about addresses that nobody can prove, for its credits [default: false]
        #[arg(long, value_name = "true|false")]
        second_opinion: Option<bool>,
        /// Changes the settings and keeps the stored key; reads nothing
        #[arg(long)]
        keep_key: bool,
    },
    /// Sets the order in which providers are asked; others are not asked
    Order {
        #[command(flatten)]
        target: Target,
        /// Names with commas, or `expected-cost`: cheapest per verified address first
        #[arg(value_name = "PROVIDERS")]
        order: String,
    },
    /// Tries a stored key by a call that costs nothing
    ///
    /// Writes {"result","balance"}; exit status 1 where the key does not work.
    Test {
        #[command(flatten)]
        target: Target,
        /// The provider
        #[arg(value_parser = provider)]
        provider: ProviderKind,
    },
    /// Forgets a provider's key
    Remove {
        #[command(flatten)]
        target: Target,
        /// The provider
        #[arg(value_parser = provider)]
        provider: ProviderKind,
    },
}

/// Whose providers.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Name of the account
    #[arg(long, value_name = "NAME", default_value = lode_server::DEFAULT_ACCOUNT)]
    pub(crate) account: String,
}

/// An open account with its providers.
pub(crate) struct Opened {
    store: Store,
    pub(crate) providers: Providers,
    pub(crate) account_id: Uuid,
}

impl Target {
    /// Opens the store that is there.
    pub(crate) async fn open(&self) -> Result<Opened, Failure> {
        let (config, store, _) = self.data.open().await?;
        let accounts = store.accounts().await?;
        let account = accounts
            .into_iter()
            .find(|account| account.name == self.account)
            .ok_or_else(|| Failure::new(format!("there is no account {}", self.account)))?;
        let clock = lode_server::app::system_clock();
        let providers = Providers::new(&config, &store, clock, None)?;
        Ok(Opened {
            store,
            providers,
            account_id: account.id,
        })
    }
}

impl Opened {
    /// Ends all connections.
    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Failure> {
    runtime()?.block_on(async {
        match args.command {
            Command::List { target } => list(&target).await,
            Command::Set {
                target,
                provider,
                daily_limit,
                credit_price,
                second_opinion,
                keep_key,
            } => {
                let key = if keep_key {
                    None
                } else {
                    Some(read_key(provider)?)
                };
                let edit = ProviderEdit {
                    key,
                    daily_limit,
                    credit_price,
                    second_opinion,
                };
                set(&target, provider, &edit).await
            }
            Command::Order { target, order } => set_order(&target, &order).await,
            Command::Test { target, provider } => test(&target, provider).await,
            Command::Remove { target, provider } => remove(&target, provider).await,
        }
    })
}

async fn list(target: &Target) -> Result<(), Failure> {
    let opened = target.open().await?;
    let view = opened.providers.list(opened.account_id).await;
    opened.close().await;
    let view = view?;
    let mut out = JsonLines::stdout();
    for provider in &view.providers {
        let place = view
            .order
            .as_ref()
            .map(|order| order.iter().position(|name| *name == provider.provider));
        out.write(&ListLine {
            provider,
            // In an order of the user's own, those without a place are not asked.
            asked: place.is_none_or(|place| place.is_some()),
            place: place.flatten().map(|place| place + 1),
        })?;
    }
    Ok(())
}

#[derive(Serialize)]
struct ListLine<'a> {
    #[serde(flatten)]
    provider: &'a lode_core::api::ProviderView,
    asked: bool,
    place: Option<usize>,
}

async fn set(target: &Target, provider: ProviderKind, edit: &ProviderEdit) -> Result<(), Failure> {
    let opened = target.open().await?;
    let done = opened
        .providers
        .set(opened.account_id, provider, edit)
        .await;
    opened.close().await;
    Ok(done?)
}

async fn set_order(target: &Target, order: &str) -> Result<(), Failure> {
    let order = if order == "expected-cost" {
        None
    } else {
        let kinds: Result<Vec<_>, _> = order
            .split(',')
            .map(|name| provider(name.trim()).map_err(Failure::new))
            .collect();
        Some(kinds?)
    };
    let opened = target.open().await?;
    let done = opened
        .providers
        .order(opened.account_id, order.as_deref())
        .await;
    opened.close().await;
    Ok(done?)
}

async fn test(target: &Target, provider: ProviderKind) -> Result<(), Failure> {
    let opened = target.open().await?;
    let tried = opened.providers.test(opened.account_id, provider).await;
    opened.close().await;
    let view: ProviderTest = tried?.view();
    JsonLines::stdout().write(&view)?;
    match view.result.as_str() {
        "works" | "unknown" => Ok(()),
        code => Err(Failure::new(format!("{provider}: {code}"))),
    }
}

async fn remove(target: &Target, provider: ProviderKind) -> Result<(), Failure> {
    let opened = target.open().await?;
    let done = opened.providers.remove(opened.account_id, provider).await;
    opened.close().await;
    Ok(done?)
}

/// Reads a key from standard input: an argument would stand in the shell's history and in
/// the list of processes.
fn read_key(provider: ProviderKind) -> Result<String, Failure> {
    let mut input = io::stdin().lock();
    if io::stdin().is_terminal() {
        eprint!("Key of {provider}: ");
        let _ = io::stderr().flush();
    }
    let mut key = String::new();
    let read = io::Read::take(&mut input, KEY_BYTES_MAX as u64 + 2).read_line(&mut key);
    read.map_err(|error| Failure::new(format!("cannot read the key: {error}")))?;
    let key = key.trim().to_owned();
    if key.is_empty() || key.len() > KEY_BYTES_MAX {
        return Err(Failure::new(
            "a key is needed on standard input, in one line",
        ));
    }
    Ok(key)
}

fn provider(name: &str) -> Result<ProviderKind, String> {
    ProviderKind::by_name(name).ok_or_else(|| {
        let names: Vec<&str> = ProviderKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("{name} is none of {}", names.join(", "))
    })
}

/// Most that may be typed as an amount.
const AMOUNT_MAX: f64 = 1_000_000.0;

fn amount(text: &str, parts: f64) -> Result<f64, String> {
    let amount: f64 = text.parse().map_err(|_| "a number is wanted".to_owned())?;
    if (0.0..=AMOUNT_MAX).contains(&amount) {
        Ok((amount * parts).round())
    } else {
        Err("a number from 0 to 1000000 is wanted".to_owned())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked against the range")]
fn thousandths(text: &str) -> Result<i64, String> {
    amount(text, 1_000.0).map(|amount| amount as i64)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked against the range"
)]
fn millionths(text: &str) -> Result<u64, String> {
    amount(text, 1_000_000.0).map(|amount| amount as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_parts() {
        assert_eq!(thousandths("20"), Ok(20_000));
        assert_eq!(thousandths("0.05"), Ok(50));
        assert_eq!(millionths("0.034"), Ok(34_000));
        for bad in ["-1", "x", "1e9", "NaN", ""] {
            assert!(
                thousandths(bad).is_err() && millionths(bad).is_err(),
                "{bad}"
            );
        }
    }
}
