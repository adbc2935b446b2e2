use super::*;
use crate::account::NewRefund;
use crate::grant::{GrantKind, NewGrant};
use crate::hold::{NewHold, PriceDecision};
use crate::id::{Action, Outcome, Pool};

fn op(id: &str) -> OperationId {
    OperationId::new(id).unwrap()
}

/// Two grants; a hold over both, settled in part, with a refund; one open hold; one
/// released.
fn book() -> (AccountState, Vec<Entry>) {
    let mut state = AccountState::new();
    let mut entries = vec![];
    let pool = Pool::new("standard").unwrap();
    for (id, kind) in [
        ("gift", GrantKind::Promotional),
        ("bought", GrantKind::Purchased),
    ] {
        let grant = NewGrant::new(kind, pool.clone(), 5_000);
        entries.extend(state.grant(&op(id), &grant, "test", 1_000).unwrap().entries);
    }
    let hold = |amount| NewHold {
        action: Action::new("find").unwrap(),
        pools: vec![pool.clone()],
        amount,
        member: None,
        expires_at: 90_000,
        rule: "find".to_owned(),
        price_version: "v1".to_owned(),
    };
    let price = |amount| PriceDecision {
        outcome: Outcome::new("verified").unwrap(),
        amount,
        rule: "find.verified".to_owned(),
        price_version: "v1".to_owned(),
        line: String::new(),
    };
    entries.extend(
        state
            .hold(&op("both"), &hold(7_000), 1_001)
            .unwrap()
            .entries,
    );
    entries.extend(
        state
            .hold(&op("open"), &hold(1_000), 1_002)
            .unwrap()
            .entries,
    );
    entries.extend(
        state
            .hold(&op("given-up"), &hold(500), 1_003)
            .unwrap()
            .entries,
    );
    entries.extend(
        state
            .settle(&op("both"), &price(6_000), 1_004)
            .unwrap()
            .entries,
    );
    entries.extend(
        state
            .release(&op("given-up"), &price(0), 1_005)
            .unwrap()
            .entries,
    );
    let refund = NewRefund {
        hold: op("both"),
        amount: Some(500),
        rule: "bounced".to_owned(),
        expires_at: None,
    };
    entries.extend(state.refund(&op("refund"), &refund, 1_006).unwrap().entries);
    check(&state, &entries).unwrap();
    (state, entries)
}

/// A change to the rows or the journal, and the difference that must be named.
type Case = (&'static str, fn(&mut AccountState, &mut Vec<Entry>));

#[test]
fn whatever_is_changed_by_hand_is_named() {
    let cases: &[Case] = &[
        ("grant g1 available: expected 0, found 1", |s, _| {
            grant(s, 1).available += 1
        }),
        ("grant g2 held: expected 1000, found 0", |s, _| {
            grant(s, 2).held = 0
        }),
        ("grant g1 amount: expected 5000, found 9000", |s, _| {
            grant(s, 1).amount = 9_000
        }),
        ("grant g2: expected a row, found none", |s, _| {
            drop(s.grants.remove(&GrantId(2)))
        }),
        (
            "entry 2: pool of grant g2: expected standard, found premium",
            |s, _| {
                grant(s, 2).pool = Pool::new("premium").unwrap();
            },
        ),
        ("grant g77: expected no row, found a row", |s, _| {
            let mut copy = grant(s, 1).clone();
            copy.id = GrantId(77);
            s.grants.insert(copy.id, copy);
        }),
        ("hold both charged: expected 6000, found 5000", |s, _| {
            hold(s, "both").shares[0].charged = 4_000
        }),
        ("hold both refunded: expected 500, found 0", |s, _| {
            hold(s, "both").shares[1].refunded = 0
        }),
        ("hold open open: expected 1000, found 0", |s, _| {
            hold(s, "open").state = HoldState::Expired { at: 5 };
        }),
        (
            "entry 10: end of hold given-up: expected release, found hold_expiry",
            |s, _| {
                hold(s, "given-up").state = HoldState::Expired { at: 5 };
            },
        ),
        (
            "hold both amount of grant g1: expected 5000, found 4000",
            |s, _| {
                let shares = &mut hold(s, "both").shares;
                shares[0].amount = 4_000;
                shares[1].amount = 3_000;
            },
        ),
        ("hold open: expected a row, found none", |s, _| {
            drop(s.holds.remove(&op("open")))
        }),
        (
            "entry 11: operation refund: expected a row, found none",
            |s, _| {
                s.operations.remove(&op("refund"));
            },
        ),
        ("next sequence number: expected 12, found 13", |s, _| {
            s.header.next_sequence = 13
        }),
        (
            "time of the last change: expected 1006 or later, found 3",
            |s, _| s.header.last_at = 3,
        ),
        ("entry 5: sequence number: expected 4, found 5", |_, e| {
            drop(e.remove(3))
        }),
        ("entry 1: sequence number: expected 12, found 1", |_, e| {
            e.push(e[0].clone())
        }),
        ("entry 1: amount: expected more than 0, found 0", |_, e| {
            e[0].amount = 0
        }),
        (
            "entry 1: accounts of grant: expected issued to available, found spent to available",
            |_, e| {
                e[0].debit = crate::LedgerAccount::Spent;
            },
        ),
        (
            "entry 4: grant: expected one that exists, found g9",
            |_, e| e[3].grant = GrantId(9),
        ),
        (
            "entry 3: available of grant g1: expected at least 6000, found 5000",
            |_, e| e[2].amount = 6_000,
        ),
        ("entry 5: time: expected 1001 or later, found 7", |_, e| {
            e[4].at = 7
        }),
        (
            "entry 11: link: expected an earlier entry, found 11",
            |_, e| e[10].corrects = Some(11),
        ),
        (
            "entry 11: unspent of grant g2: expected at most 5000, found 10001",
            |_, e| e[10].amount = 6_001,
        ),
        ("grant g1 amount: expected 5001, found 5000", |_, e| {
            e[0].amount = 5_001
        }),
    ];
    for (expected, change) in cases {
        let (mut state, mut entries) = book();
        change(&mut state, &mut entries);
        let found = check(&state, &entries).expect_err(expected).to_string();
        assert_eq!(found, *expected);
    }
}

fn grant(state: &mut AccountState, id: i64) -> &mut crate::Grant {
    state.grants.get_mut(&GrantId(id)).unwrap()
}

fn hold<'a>(state: &'a mut AccountState, id: &str) -> &'a mut Hold {
    state.holds.get_mut(&op(id)).unwrap()
}
