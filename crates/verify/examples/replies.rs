//! Holds the reading of replies against a collection of real ones:
//! `cargo run -p lode-verify --example replies -- REPLIES.tsv`.
//!
//! A line of the collection is stage (`banner`, `ehlo`, `mail`, `rcpt`), reply (`\n` between
//! its lines) and meaning, separated by tabs; further columns are not read. The recipient of
//! the collection is `jane.doe@corp.example`, the sender `verify@probe.example`. Prints each
//! reply that is read otherwise, the dangerous readings first, and a count for each meaning.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a tool: what goes wrong should stop it"
)]

use std::collections::BTreeMap;

use lode_verify::Address;
use lode_verify::classify::{Asked, Echoes, ReplyClass, classify};
use lode_verify::smtp::ReplyParser;

/// How right a reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// A false verdict may follow.
    Dangerous,
    /// Something is claimed that is not so, yet nothing that counts.
    Wrong,
    /// A truth is lost, or left to the control questions.
    Lost,
    Right,
}

fn fit(stage: &str, meaning: &str, class: ReplyClass) -> Fit {
    use ReplyClass::{
        Accepted, Ambiguous, Disabled, Full, NoMailbox, Policy, RateLimited, SenderRefused,
        Temporary, TlsRequired, TooManyRecipients,
    };
    let about_us = class.is_about_us() || class.is_temporary();
    if stage != "rcpt" {
        // Nothing is said of a mailbox here, whatever the words.
        let of_mailbox = matches!(class, NoMailbox | Full | Disabled | Accepted);
        return match meaning {
            "exists" => Fit::Right,
            _ if of_mailbox => Fit::Dangerous,
            _ => Fit::Right,
        };
    }
    match (meaning, class) {
        ("no_mailbox", NoMailbox)
        | ("full", Full)
        | ("disabled", Disabled)
        | ("exists", Accepted | Ambiguous)
        | ("no_domain", NoMailbox | Policy | Ambiguous | Temporary | RateLimited)
        | ("ambiguous", Ambiguous | Temporary | RateLimited | Policy)
        | ("recipient_policy", Policy | Ambiguous | Disabled | SenderRefused | Temporary) => {
            Fit::Right
        }
        ("greylist" | "temporary", Temporary | RateLimited | TooManyRecipients | Ambiguous) => {
            Fit::Right
        }
        ("policy" | "blocklist" | "rate" | "sender", _) if about_us => Fit::Right,
        // The control questions tell.
        ("policy" | "blocklist" | "rate" | "sender", Ambiguous) => Fit::Lost,
        // True of the mailbox for all that mail would find.
        ("disabled", NoMailbox) | ("no_mailbox", Disabled) => Fit::Wrong,
        (_, Accepted | NoMailbox) => Fit::Dangerous,
        (_, Full | Disabled) => Fit::Wrong,
        (_, Ambiguous | Policy | SenderRefused | TlsRequired | Temporary) => Fit::Lost,
        (_, RateLimited | TooManyRecipients) => Fit::Lost,
    }
}

fn main() {
    let path = std::env::args().nth(1).unwrap();
    let recipient = Address::parse("jane.doe@corp.example").unwrap();
    let sender = Address::parse("verify@probe.example").unwrap();
    let echoes =
        Echoes::new(Some(&recipient), Some(&sender), "probe.example").with_host("mx.corp.example");
    let mut counts: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    let mut said: Vec<(Fit, String)> = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let mut columns = line.split('\t');
        let (Some(stage), Some(text), Some(meaning)) =
            (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        let asked = match stage {
            "rcpt" => Asked::Rcpt,
            "mail" => Asked::Mail,
            _ => Asked::Session,
        };
        let mut parser = ReplyParser::default();
        let wire = text.replace("\\n", "\r\n") + "\r\n";
        parser.feed(wire.as_bytes());
        let Ok(Some(reply)) = parser.next_reply() else {
            println!("no reply: {text}");
            continue;
        };
        let class = classify(asked, &reply, &echoes);
        let fit = fit(stage, meaning, class);
        let place = counts.entry(format!("{stage} {meaning}")).or_default();
        if let Some(count) = place.get_mut(fit as usize) {
            *count += 1;
        }
        if fit != Fit::Right {
            said.push((fit, format!("{meaning:16} {class:?} {stage} | {text}")));
        }
    }
    said.sort();
    for (fit, text) in said {
        println!("{fit:?} {text}");
    }
    println!("\n| stage and meaning | replies | right | lost | wrong | dangerous |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let mut sum = [0; 4];
    for (meaning, counts) in counts {
        let [dangerous, wrong, lost, right] = counts;
        let all: usize = counts.iter().sum();
        println!("| {meaning} | {all} | {right} | {lost} | {wrong} | {dangerous} |");
        for (sum, count) in sum.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    let [dangerous, wrong, lost, right] = sum;
    let all: usize = sum.iter().sum();
    println!("| all | {all} | {right} | {lost} | {wrong} | {dangerous} |");
}
