//! `lode ledger`: check the credits, explain a charge, export the entries.

use std::io;

use clap::Subcommand;
use lode_ledger::Entry;
use lode_store::Store;
use serde::Serialize;
use uuid::Uuid;

use super::serve::{DataArgs, runtime};
use crate::output::{Failure, JsonLines};

/// Entries read at once.
const PAGE: u32 = 1_000;

/// Looks into the credit ledger
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Replays every entry and compares the result with the stored balances
    ///
    /// One JSON object for each account: {"account","entries","difference"}. Exit status 1
    /// where there is a difference; the first one is named.
    Check {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Shows every entry of an operation, in order, with what it moved and why
    ///
    /// The operation is the id of a capture or of another priced action, as on a receipt:
    /// each entry with grant, rule and price version, the refund among them; then the
    /// receipt; then what was asked and what came of it.
    Explain {
        #[command(flatten)]
        data: DataArgs,
        /// The operation's id
        #[arg(value_name = "OPERATION")]
        operation: String,
    },
    /// Writes all entries as CSV
    Export {
        #[command(flatten)]
        data: DataArgs,
    },
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Failure> {
    runtime()?.block_on(async {
        match args.command {
            Command::Check { data } => check(&open(&data).await?).await,
            Command::Explain { data, operation } => explain(&open(&data).await?, &operation).await,
            Command::Export { data } => export(&open(&data).await?).await,
        }
    })
}

async fn open(data: &DataArgs) -> Result<Store, Failure> {
    Ok(data.open().await?.1)
}

#[derive(Serialize)]
struct CheckLine<'a> {
    account: &'a str,
    entries: usize,
    difference: Option<&'a str>,
}

async fn check(store: &Store) -> Result<(), Failure> {
    let mut out = JsonLines::stdout();
    let mut first = None;
    for account in store.accounts().await? {
        let check = store.check_ledger(account.id).await?;
        out.write(&CheckLine {
            account: &account.name,
            entries: check.entries,
            difference: check.difference.as_deref(),
        })?;
        if first.is_none()
            && let Some(difference) = check.difference
        {
            first = Some(format!("account {}: {difference}", account.name));
        }
    }
    store.close().await;
    match first {
        None => Ok(()),
        Some(difference) => Err(Failure::new(difference)),
    }
}

/// An entry as people and spreadsheets read it.
#[derive(Serialize)]
struct EntryLine<'a> {
    account: &'a str,
    sequence: i64,
    at: i64,
    operation: &'a str,
    kind: &'a str,
    debit: &'a str,
    credit: &'a str,
    amount: i64,
    grant: String,
    pool: &'a str,
    hold: Option<&'a str>,
    member: Option<&'a str>,
    rule: &'a str,
    price_version: &'a str,
    corrects: Option<i64>,
}

fn line<'a>(account: &'a str, entry: &'a Entry) -> EntryLine<'a> {
    EntryLine {
        account,
        sequence: entry.sequence,
        at: entry.at,
        operation: entry.operation.as_str(),
        kind: entry.kind.as_str(),
        debit: entry.debit.as_str(),
        credit: entry.credit.as_str(),
        amount: entry.amount,
        grant: entry.grant.to_string(),
        pool: entry.pool.as_str(),
        hold: entry.hold.as_ref().map(lode_ledger::OperationId::as_str),
        member: entry.member.as_ref().map(lode_ledger::MemberId::as_str),
        rule: &entry.rule,
        price_version: &entry.price_version,
        corrects: entry.corrects,
    }
}

#[derive(Serialize)]
struct ReceiptLine {
    receipt: lode_core::api::Receipt,
}

#[derive(Serialize)]
struct OperationLine<'a> {
    operation: &'a str,
    action: &'a str,
    state: &'a str,
    member: Option<Uuid>,
    automatic: bool,
    request: serde_json::Value,
    result: Option<serde_json::Value>,
}

async fn explain(store: &Store, operation: &str) -> Result<(), Failure> {
    let mut out = JsonLines::stdout();
    let mut known = false;
    for account in store.accounts().await? {
        for entry in store.entries_of(account.id, operation).await? {
            known = true;
            out.write(&line(&account.name, &entry))?;
        }
        if let Ok(id) = Uuid::parse_str(operation)
            && let Some(receipt) = store.receipt(account.id, id, None).await?
        {
            known = true;
            if let Some(receipt) = receipt {
                out.write(&ReceiptLine { receipt })?;
            }
        }
        if let Ok(id) = Uuid::parse_str(operation)
            && let Some(stored) = store.operation(account.id, id).await?
        {
            known = true;
            let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
            out.write(&OperationLine {
                operation,
                action: &stored.action,
                state: stored.state.as_str(),
                member: stored.member_id,
                automatic: stored.automatic,
                request: read(&stored.request),
                result: stored.result.as_deref().map(read),
            })?;
        }
    }
    store.close().await;
    if known {
        Ok(())
    } else {
        Err(Failure::new(format!("there is no operation {operation}")))
    }
}

async fn export(store: &Store) -> Result<(), Failure> {
    let mut out = csv::Writer::from_writer(io::stdout().lock());
    let written = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            Failure::OutputClosed
        }
        csv::ErrorKind::Io(error) => Failure::new(format!("cannot write the result: {error}")),
        _ => Failure::new("cannot write the result as CSV"),
    };
    for account in store.accounts().await? {
        let mut after = 0;
        loop {
            let entries = store.entries_after(account.id, after, PAGE).await?;
            let Some(last) = entries.last() else { break };
            after = last.sequence;
            for entry in &entries {
                out.serialize(line(&account.name, entry)).map_err(written)?;
            }
        }
    }
    store.close().await;
    out.flush().map_err(|error| written(error.into()))
}
