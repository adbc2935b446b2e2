//! What the five products say of their credits, statement by statement, against the
//! presets. Each test is named by its statement; the contradictions among statements
//! (I-1 …) are decided where they arise, each with its reason, and summed up at the end.
//!
//! These tests hold for the ledger and the policies alone. Statements that are about more
//! than rules are to be tested through the server's API as well: LM-8 and LL-8 (what a
//! capture shows and does without credit), LM-12 (rows of a search), LM-13 and LL-7 (roles
//! at the routes), LM-14 (erasure; nothing of it is here), MG-6 (a paused job), MG-7 and
//! MG-8 (prices and balances in every answer), LQ-9 (the setting).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use lode_ledger::account::{Held, NewRefund, PlanChange, Planned, Refunded, Resolved, Seated};
use lode_ledger::capacity::{Capacity, ImportRow, RowResult, plan_import};
use lode_ledger::policy::{Allocation, Exhausted, Permission, Policy, RepeatWindow, Role};
use lode_ledger::unlock::{AutoUnlockMode, mobile_outcome};
use lode_ledger::{
    AccountState, Action, Applied, Entry, GrantKind, LedgerError, MemberId, NewGrant, NewHold,
    OperationId, Outcome, PlanId, Pool, ReceiptFacts, check,
};

const DAY: i64 = 86_400_000;
/// 2027-01-15, 00:00 UTC.
const START: i64 = 1_800_000_000_000 - 28_800_000;
/// One period after the start: 2027-02-15.
const NEXT: i64 = START + 31 * DAY;

fn pool(name: &str) -> Pool {
    Pool::new(name).unwrap()
}

fn member(name: &str) -> MemberId {
    MemberId::new(name).unwrap()
}

/// A team on a preset, with its journal, which is checked after every command.
struct Team {
    policy: Policy,
    state: AccountState,
    entries: Vec<Entry>,
    operations: u32,
}

impl Team {
    fn on(preset: &str, plan: &str) -> Self {
        let policy = Policy::preset(preset).unwrap();
        let terms = policy.plan_terms(&PlanId::new(plan).unwrap()).unwrap();
        let mut team = Self {
            policy,
            state: AccountState::new(),
            entries: vec![],
            operations: 0,
        };
        let id = team.id();
        team.keep(|state| state.subscribe(&id, &terms, None, START));
        team
    }

    fn id(&mut self) -> OperationId {
        self.operations += 1;
        OperationId::new(format!("op-{}", self.operations)).unwrap()
    }

    fn keep<T>(
        &mut self,
        command: impl FnOnce(&mut AccountState) -> Result<Applied<T>, LedgerError>,
    ) -> T {
        let applied = command(&mut self.state).unwrap();
        self.entries.extend(applied.entries);
        check(&self.state, &self.entries).unwrap_or_else(|difference| panic!("{difference}"));
        applied.outcome
    }

    fn hold(&mut self, hold: &NewHold, now: i64) -> (OperationId, Held) {
        let id = self.id();
        let held = self.keep(|state| state.hold(&id, hold, now));
        (id, held)
    }

    /// Does an action that ends so, as the server does it: hold, work, settle. Gives what
    /// it cost; `None` where there was too little credit.
    fn act(&mut self, action: &str, outcome: &str, now: i64) -> Option<i64> {
        self.act_as(None, action, outcome, 1, now)
    }

    fn act_as(
        &mut self,
        who: Option<&str>,
        action: &str,
        outcome: &str,
        units: u32,
        now: i64,
    ) -> Option<i64> {
        let (action, outcome) = (Action::new(action).unwrap(), Outcome::new(outcome).unwrap());
        let who = who.map(member);
        let price = self
            .policy
            .price_units(&action, &outcome, false, units)
            .unwrap();
        let Some(hold) = self
            .policy
            .hold_for(&action, units, who.as_ref(), now)
            .unwrap()
        else {
            assert_eq!(price.amount, 0);
            return Some(0);
        };
        let (id, held) = self.hold(&hold, now);
        match held {
            Held::Held(_) => {}
            Held::Insufficient { .. } | Held::CapReached { .. } => return None,
            Held::Repeated(_) => panic!("the id is new"),
        }
        let resolved = self.keep(|state| state.settle(&id, &price, now));
        assert!(matches!(resolved, Resolved::Done(_)));
        Some(resolved.hold().charged())
    }

    fn buy(&mut self, name: &str, credits: i64, now: i64) {
        let mut grant = NewGrant::new(GrantKind::Purchased, pool(name), credits * 1000);
        grant.expires_at = self.policy.purchase_expires_at(now);
        let id = self.id();
        self.keep(|state| state.grant(&id, &grant, "purchase", now));
    }

    fn change(&mut self, plan: &str, now: i64) -> Planned {
        let terms = self.policy.plan_terms(&PlanId::new(plan).unwrap()).unwrap();
        let id = self.id();
        self.keep(|state| state.change_plan(&id, &terms, now))
    }

    fn cancel(&mut self, now: i64) {
        let cancellation = self.policy.cancellation_terms().unwrap();
        let id = self.id();
        self.keep(|state| state.cancel(&id, &cancellation, now));
    }

    fn seat(&mut self, who: &str, now: i64) {
        let id = self.id();
        assert_eq!(
            self.keep(|state| state.join(&id, &member(who), now)),
            Seated::Done
        );
    }

    /// Whole credits of a pool.
    fn left(&self, name: &str, now: i64) -> i64 {
        let available = self
            .state
            .balance(None, now)
            .unwrap()
            .pool(&pool(name))
            .available;
        assert_eq!(available % 1000, 0);
        available / 1000
    }

    fn price(&self, action: &str, outcome: &str, repeat: bool) -> i64 {
        let (action, outcome) = (Action::new(action).unwrap(), Outcome::new(outcome).unwrap());
        self.policy.price(&action, &outcome, repeat).unwrap().amount
    }
}

// --- LeadMine --------------------------------------------------------------------------

#[test]
fn lm_01_a_prospect_with_a_valid_corporate_address_costs_1() {
    let mut team = Team::on("leadmine", "free");
    assert_eq!(team.act("find", "verified", START), Some(1000));
    assert_eq!(team.left("standard", START), 9);
}

#[test]
fn lm_02_a_look_up_by_name_and_domain_costs_1() {
    // I-2: "look-up = 1" against "no e-mail → 0" (LM-7). A look-up costs 1 when it finds.
    let mut team = Team::on("leadmine", "free");
    assert_eq!(team.act("find", "verified", START), Some(1000));
    assert_eq!(team.act("find", "not_found", START), Some(0));
}

#[test]
fn lm_03_verifying_costs_1() {
    // I-1: against "charge only if confidence = 100" (LM-5). The narrower statement holds:
    // nobody pays where either of two statements says that it is free.
    let mut team = Team::on("leadmine", "free");
    assert_eq!(team.act("verify", "verified", START), Some(1000));
    assert_eq!(team.act("verify", "invalid", START), Some(0));
}

#[test]
fn lm_04_the_free_plan_grants_10_a_month() {
    let team = Team::on("leadmine", "free");
    assert_eq!(team.left("standard", START), 10);
    assert!(!team.policy.plans[&PlanId::new("free").unwrap()].paid);
    assert_eq!(team.policy.default_plan.as_str(), "free");
}

#[test]
fn lm_05_only_a_proved_address_is_charged() {
    let mut team = Team::on("leadmine", "free");
    for outcome in [
        "accept_all",
        "guess",
        "role",
        "full",
        "disabled",
        "disposable",
        "invalid",
        "unknown",
        "not_found",
        "blocked",
        "failed",
    ] {
        assert_eq!(team.act("find", outcome, START), Some(0), "{outcome}");
    }
    assert_eq!(team.left("standard", START), 10);
}

#[test]
fn lm_06_a_lead_is_charged_once_in_a_billing_period() {
    // I-5: once a period here; the other presets say otherwise or nothing.
    let team = Team::on("leadmine", "free");
    let window = team.policy.repeat;
    assert!(window.covers(START + DAY, START, START + 20 * DAY));
    assert!(!window.covers(START + DAY, NEXT, NEXT + 1));
    assert_eq!(team.price("find", "verified", true), 0);
}

#[test]
fn lm_07_no_address_costs_nothing() {
    let mut team = Team::on("leadmine", "free");
    assert_eq!(team.act("find", "not_found", START), Some(0));
}

#[test]
fn lm_08_at_0_credits_there_is_no_overdraft() {
    // I-7: this product stops; it does not wait.
    let mut team = Team::on("leadmine", "free");
    for _ in 0..10 {
        assert_eq!(team.act("find", "verified", START), Some(1000));
    }
    assert_eq!(team.act("find", "verified", START), None);
    assert_eq!(team.left("standard", START), 0);
    assert_eq!(team.policy.exhausted, Exhausted::Stop);
}

#[test]
fn lm_09_the_remainder_is_lost_at_the_reset() {
    // I-3: "each month" is the account's own month, from its first day, 00:00 UTC.
    let mut team = Team::on("leadmine", "free");
    team.act("find", "verified", START);
    assert_eq!(team.left("standard", NEXT - 1), 9);
    assert_eq!(team.left("standard", NEXT), 10);
}

#[test]
fn lm_10_an_upgrade_adds_and_a_downgrade_waits() {
    let mut team = Team::on("leadmine", "free");
    team.act("find", "verified", START);
    assert_eq!(
        team.change("paid", START + DAY),
        Planned::Done(PlanChange::Now)
    );
    assert_eq!(team.left("standard", START + DAY), 999);
    assert_eq!(
        team.change("free", START + 2 * DAY),
        Planned::Done(PlanChange::NextPeriod)
    );
    assert_eq!(team.left("standard", START + 2 * DAY), 999);
    assert_eq!(team.left("standard", NEXT), 10);
}

#[test]
fn lm_11_a_cancelled_plan_lasts_to_the_end_of_the_period() {
    let mut team = Team::on("leadmine", "paid");
    team.cancel(START + DAY);
    assert_eq!(team.left("standard", NEXT - 1), 1000);
    assert_eq!(team.left("standard", NEXT), 10);
    assert_eq!(
        team.state
            .balance(None, NEXT)
            .unwrap()
            .plan
            .unwrap()
            .as_str(),
        "free"
    );
    assert_eq!(team.policy.refund_days, 0);
}

#[test]
fn lm_12_the_free_plan_shows_10_rows_of_a_search() {
    let policy = Policy::preset("leadmine").unwrap();
    let free = &policy.plans[&PlanId::new("free").unwrap()];
    assert_eq!(free.search_rows(10), (10, false));
    assert_eq!(free.search_rows(11), (10, true));
    assert_eq!(
        policy.plans[&PlanId::new("paid").unwrap()].search_rows(500),
        (500, false)
    );
}

#[test]
fn lm_13_teams_need_a_paid_plan_and_users_may_not_manage() {
    // I-14: the statement refuses a user five things and is silent on buying; who may not
    // cancel may not buy either.
    let policy = Policy::preset("leadmine").unwrap();
    assert_eq!(
        policy.plans[&PlanId::new("free").unwrap()].members_max,
        Some(1)
    );
    assert_eq!(
        policy.plans[&PlanId::new("paid").unwrap()].members_max,
        None
    );
    for (name, permission) in Permission::ALL {
        assert!(policy.allows(Role::Admin, permission), "{name}");
        assert!(!policy.allows(Role::User, permission), "{name}");
    }
}

// LM-14, "deleting an account erases everything", is the server's: the ledger holds
// neither names nor addresses, only ids.

// --- LeadMagic -------------------------------------------------------------------------

#[test]
fn mg_1_finding_costs_1_only_if_found() {
    // I-4: here an address on a server that accepts everything counts as found.
    let mut team = Team::on("leadmagic", "basic");
    for (action, found, nothing) in [
        ("find", "verified", "not_found"),
        ("find", "accept_all", "guess"),
        ("mobile_find", "found", "not_found"),
        ("profile_enrichment", "found", "not_found"),
        ("company_enrichment", "found", "not_found"),
    ] {
        assert_eq!(team.act(action, found, START), Some(1000), "{action}");
        assert_eq!(team.act(action, nothing, START), Some(0), "{action}");
    }
}

#[test]
fn mg_2_every_verdict_costs_1() {
    // I-1: the documents flip on what is no address at all, and on "unknown". Neither is a
    // verdict: nobody was asked, or nothing was learned. Both are free.
    let mut team = Team::on("leadmagic", "basic");
    for verdict in [
        "verified",
        "invalid",
        "accept_all",
        "role",
        "full",
        "disabled",
        "disposable",
    ] {
        assert_eq!(team.act("verify", verdict, START), Some(1000), "{verdict}");
    }
    for verdict in ["valid", "invalid"] {
        assert_eq!(
            team.act("mobile_verify", verdict, START),
            Some(1000),
            "{verdict}"
        );
    }
    for none in ["unknown", "malformed", "blocked", "failed"] {
        assert_eq!(team.act("verify", none, START), Some(0), "{none}");
    }
}

#[test]
fn mg_3_a_job_alert_costs_1_each_time() {
    let mut team = Team::on("leadmagic", "basic");
    assert_eq!(team.act("job_alert", "delivered", START), Some(1000));
    assert_eq!(team.act("job_alert", "nothing_new", START), Some(0));
    assert_eq!(team.price("job_alert", "delivered", true), 1000);
}

#[test]
fn mg_4_plan_credit_renews_and_purchased_credit_stays() {
    let mut team = Team::on("leadmagic", "basic");
    team.buy("standard", 100, START);
    assert_eq!(team.left("standard", START), 2600);
    team.act("find", "verified", START);
    assert_eq!(team.left("standard", NEXT), 2600);
    let years = START + 3000 * DAY;
    assert_eq!(team.left("standard", years), 2600);
}

#[test]
fn mg_5_the_organisation_shares_one_pool() {
    let mut team = Team::on("leadmagic", "basic");
    team.act_as(Some("ada"), "find", "verified", 1, START);
    team.act_as(Some("bo"), "find", "verified", 1, START);
    assert_eq!(team.left("standard", START), 2498);
    let amounts = Allocation::Member([(pool("standard"), 1000)].into());
    let plan = PlanId::new("basic").unwrap();
    assert!(team.policy.allocated_terms(&plan, &amounts, 2).is_err());
}

#[test]
fn mg_6_an_action_without_credit_can_be_resumed() {
    let mut team = Team::on("leadmagic", "trial");
    let find = Action::new("find").unwrap();
    for _ in 0..20 {
        team.act("find", "verified", START);
    }
    let hold = team
        .policy
        .hold_for(&find, 1, None, START)
        .unwrap()
        .unwrap();
    let (id, held) = team.hold(&hold, START);
    assert_eq!(
        held,
        Held::Insufficient {
            needed: 1000,
            available: 0
        }
    );
    assert_eq!(team.policy.exhausted, Exhausted::Pause);
    // Credit arrives, and the same operation is taken up under its own id.
    team.buy("standard", 1, START + DAY);
    let hold = team
        .policy
        .hold_for(&find, 1, None, START + DAY)
        .unwrap()
        .unwrap();
    let held = team.keep(|state| state.hold(&id, &hold, START + DAY));
    assert!(matches!(held, Held::Held(_)));
}

#[test]
fn mg_7_there_is_one_price_whoever_asks() {
    // Prices depend on action, outcome, repeat and number alone: nothing says where a
    // request came from. (The server's tests compare its two fronts.)
    let team = Team::on("leadmagic", "basic");
    assert_eq!(team.price("find", "verified", false), 1000);
    assert_eq!(team.price("company_enrichment", "found", false), 1000);
}

#[test]
fn mg_8_the_balance_can_always_be_shown() {
    let mut team = Team::on("leadmagic", "basic");
    let find = Action::new("find").unwrap();
    let hold = team
        .policy
        .hold_for(&find, 1, None, START)
        .unwrap()
        .unwrap();
    team.hold(&hold, START);
    let balance = team.state.balance(None, START).unwrap();
    let standard = balance.pool(&pool("standard"));
    assert_eq!((standard.available, standard.held), (2_499_000, 1000));
    assert_eq!(
        (standard.plan_limit, balance.resets_at),
        (2_500_000, Some(NEXT))
    );
}

// --- LeadIQ ----------------------------------------------------------------------------

#[test]
fn lq_1_mobiles_are_paid_from_the_premium_pool_and_the_rest_from_standard() {
    let mut team = Team::on("leadiq", "pro");
    team.act("find", "verified", START);
    assert_eq!(
        (team.left("standard", START), team.left("premium", START)),
        (999, 100)
    );
    team.act("mobile_find", "found", START);
    assert_eq!(
        (team.left("standard", START), team.left("premium", START)),
        (999, 99)
    );
}

#[test]
fn lq_2_capture_and_preview_cost() {
    // I-15: everybody else says that looking is free. This preset follows its product; the
    // capture after a preview is a repeat and costs nothing more. Our own preset is free.
    let mut team = Team::on("leadiq", "pro");
    assert_eq!(team.act("find", "verified", START), Some(1000));
    assert_eq!(team.act("preview", "found", START), Some(1000));
    assert_eq!(team.act("preview", "not_found", START), Some(0));
    assert_eq!(Team::on("lode", "free").price("preview", "found", false), 0);
}

#[test]
fn lq_3_several_mobiles_of_one_person_cost_1() {
    let mut team = Team::on("leadiq", "pro");
    let numbers = ["+49 151 5550 200", "+49 160 5550 300", "+1 212 555 0123"];
    let outcome = mobile_outcome(numbers, &[]);
    assert_eq!(team.act("mobile_find", outcome, START), Some(1000));
    // A further number of the same person later is a repeat.
    assert_eq!(team.price("mobile_find", "found", true), 0);
}

#[test]
fn lq_4_what_is_not_found_costs_nothing() {
    let mut team = Team::on("leadiq", "pro");
    assert_eq!(team.act("find", "not_found", START), Some(0));
    assert_eq!(
        team.act("mobile_find", mobile_outcome([], &[]), START),
        Some(0)
    );
}

#[test]
fn lq_5_a_direct_dial_that_is_the_main_line_costs_nothing() {
    let mut team = Team::on("leadiq", "pro");
    let outcome = mobile_outcome(["(212) 555-0100"], &["212 555 0100"]);
    assert_eq!(team.act("mobile_find", outcome, START), Some(0));
}

#[test]
fn lq_6_a_reset_tops_up_to_the_limit() {
    let mut team = Team::on("leadiq", "pro");
    for _ in 0..3 {
        team.act("find", "verified", START);
    }
    assert_eq!(team.left("standard", NEXT), 1000);
    assert_eq!(team.left("premium", NEXT), 100);
}

#[test]
fn lq_7_cancelling_leaves_nothing() {
    // I-6: here everything ends, at once and bought credit too; elsewhere it is kept.
    let mut team = Team::on("leadiq", "pro");
    team.buy("standard", 50, START);
    team.cancel(START + DAY);
    let balance = team.state.balance(None, START + DAY).unwrap();
    assert_eq!((balance.total().available, balance.plan), (0, None));
    assert_eq!(team.left("standard", NEXT), 0);
}

#[test]
fn lq_8_a_team_shares_a_pool_or_gives_each_member_an_amount() {
    let mut team = Team::on("leadiq", "pro");
    team.seat("ada", START);
    team.seat("bo", START);
    team.act_as(Some("ada"), "find", "verified", 1, START);
    assert_eq!(team.left("standard", START), 999);
    // 300 standard credits each, from the next period on.
    let amounts = Allocation::Member([(pool("standard"), 300_000)].into());
    let plan = PlanId::new("pro").unwrap();
    let terms = team.policy.allocated_terms(&plan, &amounts, 2).unwrap();
    let id = team.id();
    let change = team.keep(|state| state.change_plan(&id, &terms, START));
    assert_eq!(change, Planned::Done(PlanChange::NextPeriod));
    let of = |team: &Team, who: &str| {
        team.state
            .balance(Some(&member(who)), NEXT)
            .unwrap()
            .pool(&pool("standard"))
            .available
    };
    assert_eq!(
        team.act_as(Some("ada"), "find", "verified", 300, NEXT),
        Some(300_000)
    );
    assert_eq!(team.act_as(Some("ada"), "find", "verified", 1, NEXT), None);
    assert_eq!((of(&team, "ada"), of(&team, "bo")), (0, 300_000));
    // More than the plan grants cannot be given out.
    let amounts = Allocation::Member([(pool("standard"), 600_000)].into());
    assert!(team.policy.allocated_terms(&plan, &amounts, 2).is_err());
}

#[test]
fn lq_9_a_member_may_unlock_premium_data_with_each_capture() {
    let rule = Policy::preset("leadiq").unwrap().auto_unlock;
    assert_eq!(rule.mode, AutoUnlockMode::Member);
    assert_eq!(
        rule.decide(true, Some(70), 0).unwrap().as_str(),
        "mobile_find"
    );
    assert!(rule.decide(false, Some(70), 0).is_err());
    assert!(rule.decide(true, Some(70), rule.daily_cap).is_err());
    assert!(rule.decide(true, None, 0).is_err());
}

#[test]
fn lq_10_an_address_that_the_team_holds_costs_nothing() {
    // I-9: "often no standard credit for a verified work e-mail" cannot be tested. What is
    // certain takes its place: what the team has already is free.
    let team = Team::on("leadiq", "pro");
    assert_eq!(team.price("find", "verified", false), 1000);
    assert_eq!(team.price("find", "verified", true), 0);
}

// --- Success.ai ------------------------------------------------------------------------

fn import(
    team: &Team,
    capacity: Capacity,
    rows: usize,
    now: i64,
) -> lode_ledger::capacity::ImportReport {
    let available = team
        .state
        .balance(None, now)
        .unwrap()
        .pool(&pool("leads"))
        .available;
    let row = ImportRow {
        active: false,
        paid_for: false,
    };
    plan_import(&team.policy, capacity, available, vec![row; rows]).unwrap()
}

fn capacity(team: &Team, used: u64) -> Capacity {
    let plan = team
        .state
        .header
        .subscription
        .as_ref()
        .unwrap()
        .terms
        .plan
        .clone();
    Capacity {
        limit: team.policy.plans[&plan].capacity,
        used,
    }
}

#[test]
fn sa_1_active_leads_are_a_gauge() {
    // I-17: a capacity is not a credit: nothing in the ledger moves with it.
    let team = Team::on("success-ai", "growth");
    assert_eq!(capacity(&team, 0).free(), Some(1200));
    assert_eq!(capacity(&team, 1200).free(), Some(0));
}

#[test]
fn sa_2_lead_credits_count_downloads_and_imports() {
    let mut team = Team::on("success-ai", "growth");
    assert_eq!(
        team.act("search_result_download", "delivered", START),
        Some(1000)
    );
    assert_eq!(team.act("import", "imported", START), Some(1000));
    assert_eq!(team.left("leads", START), 1498);
}

#[test]
fn sa_3_an_import_needs_room() {
    // I-8: "needs room for all" against the example of SA-4, where a part is imported. It
    // is done row by row; nothing that fits is refused for what does not.
    let team = Team::on("success-ai", "growth");
    let report = import(&team, capacity(&team, 1198), 3, START);
    assert_eq!(report.imported, 2);
    assert_eq!(report.rows[2], RowResult::NoCapacity);
}

#[test]
fn sa_4_1500_credits_and_room_for_1200() {
    let mut team = Team::on("success-ai", "growth");
    let report = import(&team, capacity(&team, 0), 1500, START);
    assert_eq!((report.imported, report.charge), (1200, 1_200_000));
    assert_eq!(report.count(RowResult::NoCapacity), 300);
    assert_eq!(
        team.act_as(None, "import", "imported", 1200, START),
        Some(report.charge)
    );
    assert_eq!(team.left("leads", START), 300);
    // I-6: the 300 stay until there is room for them, and do not end with the month.
    assert_eq!(team.left("leads", NEXT), 1800);
}

#[test]
fn sa_5_a_download_does_not_look_at_the_capacity() {
    // I-8: it is limited by credit, not by room, and again it is free (I-5).
    let mut team = Team::on("success-ai", "growth");
    assert_eq!(capacity(&team, 1200).free(), Some(0));
    assert_eq!(
        team.act_as(None, "search_result_download", "delivered", 1500, START),
        Some(1_500_000)
    );
    assert_eq!(team.act("search_result_download", "delivered", START), None);
    assert_eq!(
        team.price("search_result_download", "already_held", false),
        0
    );
    assert_eq!(team.price("search_result_download", "delivered", true), 0);
}

#[test]
fn sa_6_removing_leads_or_upgrading_frees_room_and_returns_no_credit() {
    let mut team = Team::on("success-ai", "growth");
    team.act_as(None, "import", "imported", 1200, START);
    assert_eq!(capacity(&team, 1200).free(), Some(0));
    assert_eq!(capacity(&team, 700).free(), Some(500));
    assert_eq!(team.left("leads", START), 300);
    team.change("scale", START);
    assert_eq!(capacity(&team, 1200).free(), Some(10_800));
    assert_eq!(team.left("leads", START), 300 + 13_500);
}

// --- lemlist ---------------------------------------------------------------------------

#[test]
fn ll_1_finding_and_verifying_costs_5_if_deliverable_or_risky() {
    // I-4: "risky" is an address on a server that accepts everything. I-10: verifying is
    // part of finding and is not sold alone.
    let mut team = Team::on("lemlist", "trial");
    assert_eq!(team.act("find", "verified", START), Some(5000));
    assert_eq!(team.act("find", "accept_all", START), Some(5000));
    for outcome in ["guess", "invalid", "unknown", "not_found", "role"] {
        assert_eq!(team.act("find", outcome, START), Some(0), "{outcome}");
    }
    let verify = Action::new("verify").unwrap();
    assert!(team.policy.ceiling(&verify, 1).is_err());
}

#[test]
fn ll_2_the_other_prices() {
    // I-10: a profile costs 1 as the price list says, not 2.
    let mut team = Team::on("lemlist", "trial");
    assert_eq!(team.act("profile_enrichment", "found", START), Some(1000));
    assert_eq!(team.act("mobile_find", "found", START), Some(20_000));
    assert_eq!(
        team.act_as(None, "call_minute", "connected", 3, START),
        Some(12_000)
    );
    assert_eq!(team.act("ai_text", "written", START), Some(1000));
    assert_eq!(team.left("standard", START), 500 - 1 - 20 - 12 - 1);
}

#[test]
fn ll_3_a_trial_once_and_amounts_by_seat() {
    let mut team = Team::on("lemlist", "trial");
    assert_eq!(team.left("standard", START), 500);
    assert_eq!(team.left("standard", START + 400 * DAY), 500);
    let trial = team
        .policy
        .plan_terms(&PlanId::new("trial").unwrap())
        .unwrap();
    team.cancel(START);
    let id = team.id();
    let again = team.state.subscribe(&id, &trial, None, START + DAY);
    assert!(matches!(again, Err(LedgerError::Plan(_))), "{again:?}");

    let mut team = Team::on("lemlist", "pro");
    team.seat("ada", START);
    team.seat("bo", START + DAY);
    assert_eq!(team.left("standard", START + DAY), 2000);
    // A seat that is given up and taken again brings nothing twice.
    let (leave, join) = (team.id(), team.id());
    team.keep(|state| state.leave(&leave, &member("bo"), START + DAY));
    team.keep(|state| state.join(&join, &member("bo"), START + DAY));
    assert_eq!(team.left("standard", START + DAY), 2000);

    let mut team = Team::on("lemlist", "expert");
    team.seat("ada", START);
    assert_eq!(
        (team.left("standard", START), team.left("calling", START)),
        (1500, 400)
    );
}

#[test]
fn ll_4_free_credit_resets_and_does_not_roll_over() {
    let mut team = Team::on("lemlist", "pro");
    team.seat("ada", START);
    team.act("find", "verified", START);
    assert_eq!(team.left("standard", NEXT), 1000);
}

#[test]
fn ll_5_purchased_credit_rolls_over_and_survives_cancelling() {
    let mut team = Team::on("lemlist", "pro");
    team.seat("ada", START);
    team.buy("standard", 200, START);
    team.cancel(START + DAY);
    assert_eq!(team.left("standard", NEXT - 1), 1200);
    assert_eq!(team.left("standard", NEXT), 200);
    assert_eq!(team.left("standard", NEXT + 3650 * DAY), 200);
}

#[test]
fn ll_6_free_credit_is_spent_before_purchased() {
    let mut team = Team::on("lemlist", "pro");
    team.buy("standard", 200, START);
    team.seat("ada", START);
    team.act("find", "verified", START);
    let balance = team
        .state
        .balance(None, START)
        .unwrap()
        .pool(&pool("standard"));
    assert_eq!((balance.available, balance.purchased), (1_195_000, 200_000));
    // Also where the purchase would end sooner.
    let mut sooner = NewGrant::new(GrantKind::Purchased, pool("standard"), 5000);
    sooner.expires_at = Some(START + DAY);
    let id = team.id();
    team.keep(|state| state.grant(&id, &sooner, "purchase", START));
    team.act("find", "verified", START);
    let balance = team
        .state
        .balance(None, START)
        .unwrap()
        .pool(&pool("standard"));
    assert_eq!((balance.available, balance.purchased), (1_195_000, 205_000));
}

#[test]
fn ll_7_the_team_shares_and_only_admins_buy() {
    let mut team = Team::on("lemlist", "pro");
    team.seat("ada", START);
    team.seat("bo", START);
    assert_eq!(
        team.act_as(Some("bo"), "find", "verified", 300, START),
        Some(1_500_000)
    );
    assert_eq!(team.left("standard", START), 500);
    assert!(team.policy.allows(Role::Admin, Permission::Buy));
    assert!(!team.policy.allows(Role::User, Permission::Buy));
}

#[test]
fn ll_8_nothing_goes_on_by_itself_when_credit_arrives() {
    let mut team = Team::on("lemlist", "trial");
    team.act_as(None, "find", "verified", 100, START);
    assert_eq!(team.act("find", "verified", START), None);
    assert_eq!(team.policy.exhausted, Exhausted::Pause);
    team.buy("standard", 100, START);
    assert_eq!(team.left("standard", START), 100);
    assert!(team.state.holds.values().all(|hold| !hold.is_open()));
}

// --- Contradictions that are not decided above -----------------------------------------

#[test]
fn i_3_yearly_customers_have_a_month_of_their_own() {
    // How often somebody pays is not the ledger's: allotments of all presets' plans are
    // monthly, from the first day, at 00:00 UTC.
    let mut team = Team::on("leadmine", "paid");
    let mut resets = vec![];
    for month in 1..=14 {
        let at = START + month * 31 * DAY;
        let applied = team.state.advance(at).unwrap();
        team.entries.extend(applied.entries);
        resets.push(team.state.header.subscription.as_ref().unwrap().started_at);
    }
    let days = |at: i64| {
        let date = lode_ledger::subscription::civil_date(at).unwrap();
        (date.day(), at % DAY)
    };
    assert!(resets.iter().all(|at| days(*at) == (15, 0)));
    resets.dedup();
    assert_eq!(resets.len(), 14);
}

#[test]
fn i_5_repeats_are_free_for_a_year_where_a_product_says_nothing() {
    for (preset, window) in [
        ("lode", RepeatWindow::Days(365)),
        ("leadmine", RepeatWindow::BillingPeriod),
        ("leadmagic", RepeatWindow::Days(365)),
        ("leadiq", RepeatWindow::Days(365)),
        ("success-ai", RepeatWindow::Forever),
        ("lemlist", RepeatWindow::Days(365)),
    ] {
        assert_eq!(Policy::preset(preset).unwrap().repeat, window, "{preset}");
    }
    let year = RepeatWindow::Days(365);
    assert!(year.covers(START, START, START + 365 * DAY - 1));
    assert!(!year.covers(START, START, START + 365 * DAY));
}

#[test]
fn i_11_fractions_are_exact() {
    // LeadMagic shows balances such as 7333.8: thousandths hold them without a rest.
    let mut team = Team::on("leadmagic", "trial");
    let id = team.id();
    let grant = NewGrant::new(GrantKind::Promotional, pool("standard"), 7_313_800);
    team.keep(|state| state.grant(&id, &grant, "gift", START));
    let left = team
        .state
        .balance(None, START)
        .unwrap()
        .pool(&pool("standard"))
        .available;
    assert_eq!(lode_ledger::policy::credits_text(left), "7333.8");
}

#[test]
fn i_12_calling_credit_is_a_pool_of_its_own_that_calls_spend_first() {
    let mut team = Team::on("lemlist", "expert");
    team.seat("ada", START);
    // 102 minutes: 400 calling credits, and the rest from the standard pool.
    assert_eq!(
        team.act_as(None, "call_minute", "connected", 102, START),
        Some(408_000)
    );
    assert_eq!(
        (team.left("calling", START), team.left("standard", START)),
        (0, 1492)
    );
    // Nothing else can spend it.
    team.buy("calling", 10, START);
    team.act_as(None, "find", "verified", 298, START);
    assert_eq!(team.act("find", "verified", START), None);
    assert_eq!(team.left("calling", START), 10);
}

#[test]
fn i_13_a_seat_that_leaves_keeps_its_credit_in_the_pool_to_the_end_of_the_period() {
    // The period is paid for; taking the credit away would take it from the team.
    let mut team = Team::on("lemlist", "pro");
    team.seat("ada", START);
    team.seat("bo", START);
    let id = team.id();
    team.keep(|state| state.leave(&id, &member("bo"), START + DAY));
    assert_eq!(team.left("standard", START + DAY), 2000);
    assert_eq!(team.left("standard", NEXT), 1000);
}

#[test]
fn i_16_an_address_on_a_server_that_accepts_everything_is_never_sold_as_verified() {
    // "100 % deliverable" is false there. Lode marks it and charges nothing.
    let team = Team::on("lode", "free");
    assert_eq!(team.price("find", "accept_all", false), 0);
    assert_eq!(team.price("find", "verified", false), 1000);
}

// --- Lode's own defaults ---------------------------------------------------------------

#[test]
fn d_7_looking_costs_nothing() {
    let team = Team::on("lode", "free");
    for (action, outcome) in [
        ("preview", "found"),
        ("search_result_download", "delivered"),
        ("import", "imported"),
    ] {
        assert_eq!(team.price(action, outcome, false), 0, "{action}");
    }
    assert_eq!(team.policy.auto_unlock.mode, AutoUnlockMode::Off);
    assert!(team.policy.auto_unlock.daily_cap > 0);
}

#[test]
fn d_9_a_charge_can_be_explained() {
    let mut team = Team::on("lode", "free");
    team.act("find", "verified", START);
    let hold = team.state.holds.values().next().unwrap().clone();
    let ReceiptFacts {
        charged,
        price,
        grants,
        ..
    } = hold.receipt().unwrap();
    assert_eq!((charged, price.rule.as_str()), (1000, "find.verified"));
    assert_eq!(
        price.line,
        "1 credit: verified; repeat within 365 days is free"
    );
    assert_eq!(
        (grants.len(), grants[0].kind, grants[0].amount),
        (1, GrantKind::Plan, 1000)
    );
    let entry = team.entries.last().unwrap();
    assert_eq!(
        (entry.rule.as_str(), entry.price_version.as_str()),
        ("find.verified", "lode-1")
    );
    let held = team
        .entries
        .iter()
        .find(|e| Some(e.sequence) == entry.corrects)
        .unwrap();
    assert_eq!(held.operation, hold.operation);
}

#[test]
fn d_10_a_charged_address_that_bounces_in_time_is_given_back_once() {
    let mut team = Team::on("lode", "free");
    team.act("find", "verified", START);
    let hold = team.state.holds.keys().next().unwrap().clone();
    let bounced = START + 29 * DAY;
    assert!(team.policy.refunds_automatically(START, bounced));
    assert!(!team.policy.refunds_automatically(START, START + 30 * DAY));
    let refund = NewRefund {
        hold,
        amount: None,
        rule: "bounced".into(),
        expires_at: None,
    };
    let (first, second) = (team.id(), team.id());
    let done = team.keep(|state| state.refund(&first, &refund, bounced));
    assert_eq!(done, Refunded::Done { amount: 1000 });
    assert_eq!(team.left("standard", bounced), 10);
    // The same bounce again, and a second reason for the same charge.
    assert_eq!(
        team.keep(|state| state.refund(&first, &refund, bounced)),
        Refunded::Repeated
    );
    let again = team.keep(|state| state.refund(&second, &refund, bounced));
    assert_eq!(again, Refunded::NothingLeft { refunded: 1000 });
    assert_eq!(team.left("standard", bounced), 10);
}
