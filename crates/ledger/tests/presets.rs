//! Every preset can be used as it stands.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use lode_ledger::policy::{PRESETS, Policy, vocabulary};
use lode_ledger::{AccountState, OperationId, Outcome};

#[test]
fn every_preset_parses_and_every_plan_can_be_taken() {
    for name in PRESETS {
        let policy = Policy::preset(name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(policy.name, name);
        for (id, plan) in &policy.plans {
            let mut account = AccountState::new();
            let terms = policy.plan_terms(id).unwrap();
            let applied = account
                .subscribe(&OperationId::new("start").unwrap(), &terms, None, 0)
                .unwrap();
            let shared = plan
                .allotments
                .iter()
                .filter(|a| a.scope == lode_ledger::Scope::Account)
                .count();
            assert_eq!(applied.entries.len(), shared, "{name} {id}");
        }
        policy.cancellation_terms().unwrap();
    }
}

#[test]
fn every_outcome_of_every_offered_action_has_a_price_and_a_line() {
    for name in PRESETS {
        let policy = Policy::preset(name).unwrap();
        for action in policy.actions.keys() {
            let known = vocabulary::known(action.as_str()).unwrap();
            let ceiling = policy.ceiling(action, 1).unwrap();
            for outcome in known.outcomes.iter().chain(&vocabulary::ALWAYS_FREE) {
                for repeat in [false, true] {
                    let outcome = Outcome::new(*outcome).unwrap();
                    let price = policy.price(action, &outcome, repeat).unwrap();
                    assert!(
                        (0..=ceiling).contains(&price.amount),
                        "{name} {action} {outcome}"
                    );
                    assert_eq!(price.amount == 0, price.line.starts_with("Free: "));
                }
            }
        }
    }
}

#[test]
fn there_is_no_other_preset() {
    let error = Policy::preset("../lode").unwrap_err();
    assert!(error.to_string().contains("there is no such preset"));
}
