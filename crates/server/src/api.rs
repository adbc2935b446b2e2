//! Wire types of the calls that only programs and people at the API make; what the
//! extension needs is in [`lode_core::api`], so that its core does not grow.
//!
//! Amounts are milli-credits, times milliseconds since 1970-01-01 UTC, here as there.

use std::collections::BTreeMap;

use lode_core::api::{EmailView, MilliCredits, MobileView, PhoneView, Receipt, UnixMillis};
use lode_core::lead::Lead;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// `POST /v1/verifications`: verifies an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationRequest {
    /// Made and kept by the client before it sends; the idempotency key.
    pub operation_id: Uuid,
    /// The address.
    pub address: String,
}

/// `POST /v1/unlocks` and `POST /v1/previews`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatumRequest {
    /// The idempotency key.
    pub operation_id: Uuid,
    /// Whose.
    pub lead_id: Uuid,
    /// `mobile`; a preview also of `email`.
    #[serde(default = "mobile")]
    pub datum: String,
}

fn mobile() -> String {
    "mobile".to_owned()
}

/// `POST /v1/imports`: leads from a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRequest {
    /// The idempotency key.
    pub operation_id: Uuid,
    /// The rows.
    pub rows: Vec<ImportRow>,
}

/// A row of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportRow {
    /// Name as displayed.
    pub full_name: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Company name.
    pub company: Option<String>,
    /// Domain of the company, or its website's address.
    pub company_domain: Option<String>,
    /// Place.
    pub location: Option<String>,
    /// Address of the profile.
    pub profile_url: Option<String>,
}

/// What an import came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    /// The import.
    pub operation_id: Uuid,
    /// What became of each row, in order: `imported`, `already_active`, `no_capacity`,
    /// `out_of_credits`, `duplicate`, `erased`.
    pub rows: Vec<String>,
    /// How many rows ended so.
    pub counts: BTreeMap<String, u64>,
    /// How full the account is now.
    pub capacity: CapacityView,
    /// What it cost, and why.
    pub receipt: Receipt,
    /// The credit now.
    pub credits: CreditsView,
}

/// `POST /v1/downloads`: stored leads as rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadRequest {
    /// The idempotency key.
    pub operation_id: Uuid,
    /// The leads.
    pub lead_ids: Vec<Uuid>,
}

/// What a download came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Download {
    /// The download.
    pub operation_id: Uuid,
    /// The rows in the order asked for.
    pub rows: Vec<DownloadRow>,
    /// What it cost, and why.
    pub receipt: Receipt,
    /// The credit now.
    pub credits: CreditsView,
}

/// A row of a download.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DownloadRow {
    /// The lead that was asked for.
    pub lead_id: Uuid,
    /// `delivered`, `already_held`, `out_of_credits` or `not_found`.
    pub status: String,
    /// The lead; absent where it is not delivered.
    pub lead: Option<Lead>,
    /// Its best address.
    pub email: Option<EmailView>,
    /// Its unlocked numbers.
    pub phones: Vec<PhoneView>,
}

/// `POST /v1/searches`: looks through the account's own leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchRequest {
    /// Words, each of which must stand in name, title, company or domain; none: all leads.
    #[serde(default)]
    pub query: String,
    /// Most rows; 100 where nothing is said, 500 at most.
    pub limit: Option<u32>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchResult {
    /// How many leads there are.
    pub found: u32,
    /// The newest of them, as many as the request and the plan allow.
    pub rows: Vec<SearchRow>,
    /// Whether the plan's limit has cut rows off.
    pub limit_reached: bool,
    /// The credit now; a search is free.
    pub credits: CreditsView,
}

/// A row of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchRow {
    /// The lead's id.
    pub lead_id: Uuid,
    /// The lead.
    pub lead: Lead,
}

/// `POST /v1/usage`: an action whose work an integration of the operator has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsageRequest {
    /// The idempotency key.
    pub operation_id: Uuid,
    /// `profile_enrichment`, `company_enrichment`, `mobile_verify`, `job_alert`, `ai_text` or
    /// `call_minute`.
    pub action: String,
    /// What it was of, in the integration's own terms: the same again is a repeat.
    pub subject: String,
    /// How it ended (`found`, `delivered`, `connected`, …).
    pub outcome: String,
    /// How many (minutes of a call).
    #[serde(default = "one")]
    pub units: u32,
    /// What shows it; kept with the receipt.
    #[serde(default)]
    pub evidence: Option<Value>,
}

fn one() -> u32 {
    1
}

/// `POST /v1/outcomes`: what became of mail to an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeRequest {
    /// The idempotency key.
    pub operation_id: Uuid,
    /// The address.
    pub address: String,
    /// `delivered`, `hard_bounce`, `soft_bounce` or `complaint`.
    pub outcome: String,
    /// When it happened.
    pub at: UnixMillis,
}

/// An outcome as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeView {
    /// The report.
    pub operation_id: Uuid,
    /// What became of it.
    pub outcome: String,
    /// What was thought of the address at the time; absent where it was not known.
    pub status: Option<String>,
    /// The score at the time.
    pub score: Option<u8>,
    /// What was given back for it.
    pub refunded: MilliCredits,
    /// The credit now.
    pub credits: CreditsView,
}

/// `POST /v1/purchases`: records credit that was paid for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseRequest {
    /// The payment's own reference; one payment is recorded once.
    pub payment_reference: String,
    /// Which credit.
    pub pool: String,
    /// How much, in milli-credits.
    pub amount: MilliCredits,
}

/// `POST /v1/subscription`: another plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionRequest {
    /// The idempotency key.
    pub operation_id: Uuid,
    /// The plan.
    pub plan: String,
}

/// `POST /v1/subscription/cancel`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelRequest {
    /// The idempotency key.
    pub operation_id: Uuid,
}

/// `POST /v1/allocation`: how the team shares the plan's credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationRequest {
    /// The idempotency key.
    pub operation_id: Uuid,
    /// `pool`: one for all; `member`: an amount for each.
    pub mode: String,
    /// With `member`: each member's amount in a period, by pool.
    #[serde(default)]
    pub amounts: BTreeMap<String, MilliCredits>,
}

/// What a change of plan, allocation or purchase came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanChangeView {
    /// `now`, `next_period`, or `repeated`: it was done before.
    pub takes_effect: String,
    /// The credit now.
    pub credits: CreditsView,
}

/// `POST /v1/invitations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationRequest {
    /// Name of whoever is invited.
    pub name: String,
    /// `admin` or `user`.
    pub role: String,
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    /// Its id.
    pub id: Uuid,
    /// Name of whoever is invited.
    pub name: String,
    /// The role that they will have.
    pub role: String,
    /// When it stops being good.
    pub expires_at: UnixMillis,
    /// The one-time code that pairs their first device; shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// A one-time code for a further device of the caller's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairingCodeView {
    /// The code; shown once.
    pub code: String,
    /// When it stops being good.
    pub expires_at: UnixMillis,
}

/// `PATCH /v1/members/{id}`, or `/me`: what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemberPatch {
    /// Another name.
    pub name: Option<String>,
    /// `admin` or `user`.
    pub role: Option<String>,
    /// The member's own setting: unlock premium data with each capture.
    pub auto_unlock: Option<bool>,
    /// The most that the member may spend of a pool in a period; null lifts a cap.
    pub caps: BTreeMap<String, Option<MilliCredits>>,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// `admin` or `user`.
    pub role: String,
    /// Its own setting: unlock premium data with each capture.
    pub auto_unlock: bool,
    /// The most that it may spend of a pool in a period.
    pub caps: BTreeMap<String, MilliCredits>,
    /// What it has spent or put on hold in this period.
    pub used: BTreeMap<String, MilliCredits>,
    /// Since when it is there.
    pub created_at: UnixMillis,
}

/// `GET /v1/members`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberList {
    /// The caller.
    pub me: Uuid,
    /// The members, oldest first.
    pub members: Vec<MemberView>,
    /// Invitations that nobody has taken yet.
    pub invitations: Vec<InvitationView>,
}

/// `GET` and `PUT /v1/settings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsView {
    /// Unlocking premium data with each capture.
    pub auto_unlock: AutoUnlockView,
}

/// Unlocking premium data with each capture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoUnlockView {
    /// `off`, `on` or `member`: each member's own choice.
    pub mode: String,
    /// Most unlocks without a click for a member and a day (UTC).
    pub daily_cap: u32,
    /// Least quality, 0 to 100, that a preview must promise.
    pub minimum_quality: u8,
}

/// A pool's credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolView {
    /// The pool.
    pub pool: String,
    /// Its name for people, for several of it ("premium credits").
    pub name: String,
    /// Free to spend.
    pub available: MilliCredits,
    /// On hold for what is under way.
    pub held: MilliCredits,
    /// The part of `available` that was bought.
    pub purchased: MilliCredits,
    /// What the plan tops up to at each reset.
    pub plan_limit: MilliCredits,
}

/// The credit after a call, as the caller sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditsView {
    /// By pool.
    pub pools: Vec<PoolView>,
    /// The plan.
    pub plan: Option<String>,
    /// When the plan's credit resets next.
    pub resets_at: Option<UnixMillis>,
}

/// How full an account is: no credit, and nothing is ever charged to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityView {
    /// Leads that are there; archived ones take no room.
    pub used: u64,
    /// Most leads that the plan allows; absent: any number.
    pub limit: Option<u64>,
}

/// `GET /v1/credits`: what there is, and what can be said before a click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingView {
    /// The credit now.
    pub credits: CreditsView,
    /// The plan that follows when the period ends, where it is another one; `none`: none.
    pub next_plan: Option<String>,
    /// How full the account is.
    pub capacity: CapacityView,
    /// What each action costs, and whether there is credit for one more.
    pub actions: BTreeMap<String, ActionPriceView>,
    /// Version of the price list.
    pub price_version: String,
    /// For how long what was paid for is free.
    pub repeat: RepeatView,
    /// `stop`, or `pause`: kept until an explicit request.
    pub exhausted: String,
    /// Unlocking premium data with each capture, as it stands for the caller.
    pub auto_unlock: AutoUnlockStanding,
    /// Who asks, and what they may do.
    pub caller: CallerView,
}

/// For how long the same thing again is free, for the whole team, where the action's
/// `repeat_free` says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatView {
    /// `never`, `billing_period`, `days` or `forever`.
    pub window: String,
    /// How many days, with `days`.
    pub days: Option<i64>,
}

/// Unlocking premium data with each capture, as it stands for a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoUnlockStanding {
    /// What is unlocked; absent where the policy sells nothing of the kind.
    pub action: Option<String>,
    /// The account's rule: `off`, `on` or `member`.
    pub mode: String,
    /// The member's own choice; counts with `member` only.
    pub choice: bool,
    /// Whether the next capture asks for an unlock: what rule and choice come to, while the
    /// day's cap is not reached.
    pub active: bool,
    /// Most unlocks without a click for a member and a day (UTC).
    pub daily_cap: u32,
    /// How many of them are used up.
    pub used_today: u32,
    /// Least quality, 0 to 100, that a preview must promise.
    pub minimum_quality: u8,
}

/// A caller and what the policy lets them do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerView {
    /// The member.
    pub member_id: Uuid,
    /// `admin` or `user`.
    pub role: String,
    /// The policy's permissions of that role: `settings`, `buy`, `invite`, ….
    pub may: Vec<String>,
}

/// What an action costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionPriceView {
    /// The pools that pay, first one first.
    pub pools: Vec<String>,
    /// Price of each outcome.
    pub prices: BTreeMap<String, MilliCredits>,
    /// The least that one can cost that is charged at all; 0 where all are free.
    pub least: MilliCredits,
    /// The most that one can cost: what is put on hold.
    pub most: MilliCredits,
    /// The range for people: `1 credit`, `1 to 5 credits`, `Free`.
    pub price_text: String,
    /// Whether the same thing again is free within the window.
    pub repeat_free: bool,
    /// Whether there is anybody to do it: false where a data provider is needed and the
    /// account has none.
    pub configured: bool,
    /// What the caller could spend on it now.
    pub spendable: MilliCredits,
    /// Whether there is credit for one more.
    pub affordable: bool,
}

/// A priced action as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperationView {
    /// Its id.
    pub operation_id: Uuid,
    /// The action.
    pub action: String,
    /// `queued`, `working`, `paused` (until an explicit request) or `done`.
    pub state: String,
    /// The lead that it is of.
    pub lead_id: Option<Uuid>,
    /// Whether it was begun without a click of its own.
    pub automatic: bool,
    /// What came of it, once it is done.
    pub result: Option<Value>,
    /// What it cost, and why.
    pub receipt: Option<Receipt>,
    /// The credit now.
    pub credits: CreditsView,
}

/// An unlock as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnlockView {
    /// The operation.
    #[serde(flatten)]
    pub operation: OperationView,
    /// The numbers that the account has unlocked of the lead.
    pub phones: Vec<PhoneView>,
}

/// `GET /v1/leads/{lead_id}`: a lead with what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeadView {
    /// Its id.
    pub lead_id: Uuid,
    /// The lead with the user's edits.
    pub lead: Lead,
    /// The best address.
    pub email: Option<EmailView>,
    /// The unlocked numbers.
    pub phones: Vec<PhoneView>,
    /// What it takes to unlock them; `None` for companies and where the price list does not
    /// sell them.
    pub mobile: Option<MobileView>,
    /// Whether it is archived: kept, but taking no room.
    pub archived: bool,
    /// The credit now.
    pub credits: CreditsView,
}

/// `GET /v1/receipts/{operation_id}`: what was charged or not, by which rule, on which
/// evidence, from which grant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiptView {
    /// The receipt with the providers' calls behind it.
    #[serde(flatten)]
    pub receipt: lode_core::api::ReceiptView,
    /// What was given back of it later.
    pub refunded: MilliCredits,
    /// What was charged, by pool, refunds not taken off.
    pub pools: BTreeMap<String, MilliCredits>,
    /// What the outcome rests on.
    pub evidence: Value,
    /// Sequence numbers of the ledger's entries.
    pub entries: Vec<i64>,
}

/// `GET /v1/receipts`: operations, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiptList {
    /// The account's, or the caller's own.
    pub receipts: Vec<ReceiptLine>,
    /// `before` of the next call; `None` at the end.
    pub next: Option<String>,
    /// The credit now.
    pub credits: CreditsView,
}

/// An operation in a list; its whole receipt is at `GET /v1/receipts/{operation_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptLine {
    /// The operation.
    pub operation_id: Uuid,
    /// The action; `find` for a capture.
    pub action: String,
    /// `queued`, `working`, `paused` (until an explicit request), `done`, or `refunded`:
    /// done, and all of it given back.
    pub state: String,
    /// How it ended, as the price list names it, once it is settled.
    pub outcome: Option<String>,
    /// Why it stands so, in a stable code, where there is one (`out_of_credits`, …).
    pub reason: Option<String>,
    /// Whether it was begun without a click of its own.
    pub automatic: bool,
    /// The member who asked.
    pub member_id: Option<Uuid>,
    /// The lead.
    pub lead_id: Option<Uuid>,
    /// What it was of: the lead's name, an address, an integration's reference.
    pub subject: Option<String>,
    /// What was charged; 0 where nothing was, or not yet.
    pub charged: MilliCredits,
    /// The same by pool.
    pub pools: BTreeMap<String, MilliCredits>,
    /// What was given back of it later.
    pub refunded: MilliCredits,
    /// The receipt's one line for people; `None` until it is settled.
    pub line: Option<String>,
    /// When it was asked for.
    pub at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
}
