//! Hostile input, judged where it would do harm: at the server's end of the socket.

use lode_core::email::EmailStatus;
use lode_testbed::{Bed, Character, DomainSpec, Scenario};
use lode_verify::{Address, Domain};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::harness::{assert_manners, verifier};

/// Texts that try to be more than an address: controls, line breaks, commands, quotes,
/// source routes, other scripts.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{1,8}",
        "[a-z]{1,8}\\.[a-z]{1,8}",
        Just("\r\n".to_owned()),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("\0".to_owned()),
        Just("\u{1b}[2J".to_owned()),
        Just("\u{85}".to_owned()),
        Just("\u{2028}".to_owned()),
        Just(">\r\nDATA\r\n".to_owned()),
        Just("> NOTIFY=SUCCESS".to_owned()),
        Just("\"a\\\r\n b\"".to_owned()),
        Just("%0d%0a".to_owned()),
        Just("@relay.test:".to_owned()),
        Just(" ".to_owned()),
        Just("<>".to_owned()),
        "[\\PC]{0,4}",
        proptest::char::any().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

#[tokio::test]
async fn nothing_but_clean_commands_reaches_a_socket() {
    let bed = Bed::start(Scenario {
        domains: vec![
            DomainSpec::new("acme.test", Character::Ordinary, &["ada.marlow"]),
            DomainSpec::new("all.test", Character::AcceptAll, &[]),
        ],
        ..Scenario::default()
    })
    .await
    .unwrap();
    let verifier = verifier(&bed);
    let mut runner = TestRunner::deterministic();
    let (mut parsed, mut refused) = (Vec::new(), 0);
    while parsed.len() < 120 || refused < 1_000 {
        let text = texts().new_tree(&mut runner).unwrap().current();
        for email in [
            format!("{text}@acme.test"),
            format!("{text}@all.test"),
            format!("ada.marlow@{text}.acme.test"),
        ] {
            match Address::parse(email.trim()) {
                Ok(address) => {
                    assert!(!email.trim().contains(char::is_control), "{email:?}");
                    parsed.push(address);
                }
                Err(_) => {
                    refused += 1;
                    // Whatever it says, it is said without asking anybody.
                    let verdict = verifier.verify_text(&email, 0).await;
                    assert!(matches!(
                        verdict.status,
                        EmailStatus::Invalid | EmailStatus::Unknown
                    ));
                }
            }
        }
    }
    assert_eq!(bed.stats().of("acme.test").connections, 0);
    for name in ["acme.test", "all.test"] {
        let domain = Domain::parse(name).unwrap();
        let own: Vec<Address> = parsed
            .iter()
            .filter(|a| a.domain() == &domain)
            .cloned()
            .collect();
        assert!(own.len() > 10);
        verifier.verify_all(&domain, &own, 9).await;
        assert!(bed.stats().of(name).recipients > 0);
    }
    assert_manners(&bed).await;
}
