//! The wire types of the backend's HTTP API, shared by the server and the extension.
//!
//! | call | meaning |
//! | --- | --- |
//! | `POST /v1/pairings` | [`PairingRequest`] → [`PairingResponse`]; no token needed |
//! | `GET /v1/account` | [`AccountView`] |
//! | `POST /v1/captures` | [`CaptureRequest`] → [`CaptureView`]; idempotent by operation id: 201 the first time, 200 after it |
//! | `GET /v1/captures/{operation_id}` | [`CaptureView`] |
//! | `GET /v1/captures?after=VERSION&wait=SECONDS&limit=N` | [`CaptureChanges`]; waits up to 25 s for a change |
//! | `POST /v1/captures/{operation_id}/resume` | → [`CaptureView`]; takes up a capture that stopped for want of credits or of a domain |
//! | `PATCH /v1/leads/{lead_id}` | [`LeadPatch`] → [`CaptureView`] of the latest capture |
//! | `GET /v1/receipts/{operation_id}` | [`ReceiptView`] |
//! | `GET /v1/providers` | [`ProvidersView`] |
//! | `PUT /v1/providers` | [`ProviderOrder`] → [`ProvidersView`] |
//! | `PUT /v1/providers/{provider}` | [`ProviderEdit`] → [`ProvidersView`] |
//! | `DELETE /v1/providers/{provider}` | forgets the key; 204 |
//! | `POST /v1/providers/{provider}/test` | → [`ProviderTest`]; tries the key by a call that costs nothing |
//! | `GET /v1/providers/dry-run` | [`DryRunView`]: what a look-up would cost at providers |
//! | `DELETE /v1/leads/{lead_id}` | erases a lead for good; 204 |
//! | `DELETE /v1/devices/current` | revokes the calling token; 204 |
//! | `GET /v1/rules` | [`RuleVersions`]; conditional (`ETag`, `If-None-Match`) |
//! | `GET /v1/rules/{site}` | that rule file ([`crate::rules`]); conditional |
//! | `GET /v1/health` | [`Health`]; no token needed |
//!
//! Every other answer is a [`Problem`] (RFC 9457, `application/problem+json`). Times are
//! milliseconds since 1970-01-01 UTC. Credits are integers in milli-credits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::email::EmailStatus;
use crate::lead::Lead;
use crate::page::PageInfo;

/// Longest that a `GET` waits for a change, in seconds: below the 30 s after which a
/// browser stops an idle worker.
pub const WAIT_SECONDS_MAX: u64 = 25;

/// Largest body of a request, in bytes.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// Milliseconds since 1970-01-01 UTC.
pub type UnixMillis = i64;

/// Credits in thousandths of one credit.
pub type MilliCredits = i64;

/// A capture: one click's lead. Sent until an answer arrives, always with the same id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureRequest {
    /// Made and stored by the extension before anything is sent; the idempotency key.
    pub operation_id: Uuid,
    /// When the user clicked.
    pub captured_at: UnixMillis,
    /// Address of the page, canonical, without query.
    pub page_url: String,
    /// Which page it was.
    pub page: PageInfo,
    /// What was read.
    pub lead: Lead,
}

/// Where a capture stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureState {
    /// Stored, waiting for its turn.
    Queued,
    /// Being looked up.
    Working,
    /// A mail server asked to come back later; goes on by itself.
    Deferred,
    /// Finished with a verified address.
    Found,
    /// Finished with an address that could not be proved (accept-all, unknown, blocked).
    Unsure,
    /// Finished; there is no address to show.
    NotFound,
    /// The lead is stored; the company's domain is needed: the user can give it.
    NeedsDomain,
    /// The lead is stored; the look-up waits for credits and an explicit resume.
    OutOfCredits,
    /// Our own failure; nothing was charged; can be resumed.
    Failed,
}

impl CaptureState {
    /// Whether the backend still works on it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Working | Self::Deferred)
    }
}

/// The address that a look-up ended with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailView {
    /// The address.
    pub address: String,
    /// Verdict.
    pub status: EmailStatus,
    /// Confidence, 0 to 100; 100 only when verified.
    pub score: u8,
    /// Why, in short stable codes ([`crate::reason`]), most telling first.
    pub reasons: Vec<String>,
    /// When the evidence was taken.
    pub checked_at: UnixMillis,
    /// How sure it is that the address's domain is the company's, 0 to 100, where that is a
    /// guess; `None` where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_confidence: Option<u8>,
}

/// A capture as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureView {
    /// The capture's id.
    pub operation_id: Uuid,
    /// The lead that it belongs to; several captures may share one.
    pub lead_id: Uuid,
    /// Grows with every change in the account; the cursor of `after`.
    pub version: i64,
    /// Where it stands.
    pub state: CaptureState,
    /// The lead as stored, with the user's edits.
    pub lead: Lead,
    /// The best address so far.
    pub email: Option<EmailView>,
    /// Stable code of why it ended as it did, where there is no address
    /// (`domain_unknown`, `no_mx`, `no_candidate_accepted`, `probing_off`, …).
    pub reason: Option<String>,
    /// What was charged, once it is settled.
    pub receipt: Option<Receipt>,
    /// The person's mobile numbers, or what it takes to unlock them; `None` for companies
    /// and where the price list does not sell them.
    #[serde(default)]
    pub mobile: Option<MobileView>,
    /// When it was taken.
    pub captured_at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
    /// The credits with this answer, as the calling member sees them.
    pub credits: Credits,
}

/// Where a lead's mobile numbers stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MobileState {
    /// Nobody has unlocked them: a click may, for [`MobileView::price`].
    Locked,
    /// An unlock is queued or under way; the capture gets a new version when it ends.
    Working,
    /// An unlock waits, for credit or for a source, and for an explicit click.
    Paused,
    /// They are unlocked.
    Unlocked,
    /// They were looked for, and nobody knew any. A click may look again.
    NotFound,
    /// The account has nobody who could be asked.
    NotConfigured,
}

/// A lead's mobile numbers, or what it takes to unlock them: all that a button needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MobileView {
    /// Where they stand.
    pub state: MobileState,
    /// The most that a click costs now; 0 where it is free (a repeat, or unlocked).
    pub price: MilliCredits,
    /// The price for people: `2 premium credits`, `Free`.
    pub price_text: String,
    /// The pools that pay, first one first.
    pub pools: Vec<String>,
    /// The unlock that is under way or paused: a click sends its id again.
    pub operation_id: Option<Uuid>,
    /// The unlocked numbers.
    pub phones: Vec<PhoneView>,
}

/// A number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneView {
    /// The number as the provider wrote it.
    pub number: String,
    /// `mobile`, `direct` or `main_line`.
    pub kind: String,
    /// Name of the provider.
    pub provider: String,
    /// When it was found.
    pub found_at: UnixMillis,
}

/// The credits of one moment, as the calling member sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credits {
    /// Free to spend: grants less holds.
    pub available: MilliCredits,
    /// On hold for look-ups under way.
    pub held: MilliCredits,
    /// What the plan tops up to at each reset.
    pub plan_limit: MilliCredits,
    /// When the plan's credits reset next; `None` where they do not.
    pub resets_at: Option<UnixMillis>,
}

/// Why a look-up cost what it cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The capture.
    pub operation_id: Uuid,
    /// What was done: `find`.
    pub action: String,
    /// How it ended: `verified`, `accept_all`, `not_found`, `failed`, `repeat`, ….
    pub outcome: String,
    /// What was charged; 0 where nothing was.
    pub charged: MilliCredits,
    /// Version of the price list in force.
    pub price_version: String,
    /// The rule that set the price (`find.verified`, `repeat_window`, …).
    pub rule: String,
    /// One line for people: "1 credit: verified; repeat within 365 days is free".
    pub line: String,
    /// Which grants paid, and how much each.
    pub grants: Vec<GrantUse>,
    /// When it was settled.
    pub settled_at: UnixMillis,
}

/// A receipt with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptView {
    /// The receipt.
    #[serde(flatten)]
    pub receipt: Receipt,
    /// The calls of data providers behind it, in order. What they cost was paid to the
    /// providers, with the user's own keys; it is no part of what was charged.
    pub provider_calls: Vec<ProviderCallView>,
}

/// A call of a data provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderCallView {
    /// The provider (`hunter`).
    pub provider: String,
    /// What was looked for: `email`, `mobile`, a company's `domain`; `verify`: what it says of
    /// an address that could not be proved.
    pub purpose: String,
    /// What came of it: `found`, `missing`, `failed`; `asked` where no answer was written
    /// down.
    pub outcome: String,
    /// Why it failed, in a stable code.
    pub error: Option<String>,
    /// What we made of a found address ourselves.
    pub verdict: Option<String>,
    /// What it said of an address: `valid`, `invalid`, `accept_all`, `unknown`.
    #[serde(default)]
    pub said: Option<String>,
    /// What it cost, in thousandths of the provider's own credit; `None` where not known.
    pub cost: Option<MilliCredits>,
    /// When it was made.
    pub asked_at: UnixMillis,
}

/// The data providers of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvidersView {
    /// The user's own order; `None`: by expected cost per verified address.
    pub order: Option<Vec<String>>,
    /// The providers with a key, by name. The keys themselves are never shown.
    pub providers: Vec<ProviderView>,
}

/// A data provider with the user's key. Amounts are thousandths of the provider's own
/// credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderView {
    /// The provider (`hunter`).
    pub provider: String,
    /// What may be spent in a day (UTC).
    pub daily_limit: MilliCredits,
    /// What is spent or reserved today.
    pub spent_today: MilliCredits,
    /// What one of its credits costs the user, in millionths of their currency.
    pub credit_price: u64,
    /// Whether it is asked about addresses that we cannot prove ourselves.
    #[serde(default)]
    pub second_opinion: bool,
    /// What it charges for that at most, for each address, by its documents; `None`: not offered.
    #[serde(default)]
    pub second_opinion_price: Option<MilliCredits>,
    /// What its answers have come to.
    pub record: ProviderRecordView,
    /// Why it is not asked at present, in a stable code.
    pub trouble: Option<String>,
    /// Since when, answers in between left out; `None` where that is not known.
    #[serde(default)]
    pub trouble_since: Option<UnixMillis>,
    /// Until when; `None` with trouble: until the key is set again.
    pub resting_until: Option<UnixMillis>,
    /// When key or settings were last changed.
    pub updated_at: UnixMillis,
}

/// What a provider's answers have come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderRecordView {
    /// Look-ups asked.
    pub asked: u64,
    /// Addresses found.
    pub found: u64,
    /// Found addresses that were proved.
    pub verified: u64,
}

/// A change of a provider; what is left out stays.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderEdit {
    /// The user's key, in the form in which the provider shows it; for Snov `id:secret`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What may be spent in a day, in thousandths of the provider's credit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_limit: Option<MilliCredits>,
    /// What one credit costs the user, in millionths of their currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_price: Option<u64>,
    /// Whether it is asked about addresses that we cannot prove ourselves; each answer costs its
    /// credits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_opinion: Option<bool>,
}

impl std::fmt::Debug for ProviderEdit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key must not reach a log.
        f.debug_struct("ProviderEdit")
            .field("daily_limit", &self.daily_limit)
            .field("credit_price", &self.credit_price)
            .field("second_opinion", &self.second_opinion)
            .finish_non_exhaustive()
    }
}

/// The order in which providers are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderOrder {
    /// Names of providers with a key; those left out are not asked. `None`: by expected
    /// cost per verified address.
    #[serde(default)]
    pub order: Option<Vec<String>>,
}

/// What trying a key came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderTest {
    /// `works`, `unknown` (the provider has no call that costs nothing), or the stable code
    /// of what it said.
    pub result: String,
    /// Thousandths of a credit that are left, where the provider says so.
    pub balance: Option<MilliCredits>,
}

/// Whom a look-up would be of, for what it would cost; everything may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DryRunRequest {
    /// Name as displayed.
    pub full_name: Option<String>,
    /// The company's name.
    pub company: Option<String>,
    /// The company's domain.
    pub company_domain: Option<String>,
    /// Address of the company's page, by which an earlier look-up may know its domain.
    pub company_url: Option<String>,
    /// Address of the profile.
    pub profile_url: Option<String>,
}

/// What a look-up would cost at the data providers, without asking anybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DryRunView {
    /// What it is expected to cost, in millionths of the user's currency.
    pub expected_cost: u64,
    /// The calls, in the order in which they would be made.
    pub calls: Vec<PlannedCallView>,
    /// Providers that would not be asked, and why.
    #[serde(default)]
    pub left_out: Vec<LeftOutView>,
    /// What second opinions cost at worst on top, should the look-up end without a proof, in
    /// millionths of the user's currency. No part of `expected_cost`.
    #[serde(default)]
    pub second_opinion_worst: u64,
    /// Who would be asked for one, in order.
    #[serde(default)]
    pub second_opinions: Vec<PlannedOpinionView>,
}

/// A provider that would be asked about addresses that could not be proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedOpinionView {
    /// The provider.
    pub provider: String,
    /// What it charges at most for an address, in thousandths of its credit.
    pub price: MilliCredits,
    /// About how many addresses it would be asked at most, by the day's limit too.
    pub addresses: u32,
    /// What that costs at worst, in millionths of the user's currency.
    pub worst_cost: u64,
}

/// A call that would not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutView {
    /// The provider.
    pub provider: String,
    /// What it would have been asked for: `email` or `domain`.
    pub purpose: String,
    /// Why, in a stable code: `known_miss` (it did not know the person or company a while
    /// ago), `query_incomplete` (it needs more than is known).
    pub reason: String,
}

/// A call that would be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedCallView {
    /// The provider.
    pub provider: String,
    /// What it would be asked for: `email`, or the company's `domain`.
    pub purpose: String,
    /// Price where it is found, in thousandths of the provider's credit.
    pub if_found: MilliCredits,
    /// Price where none is found.
    pub if_missing: MilliCredits,
    /// Probability that the call is made at all: those before it found nothing.
    pub reached: f64,
    /// Expected cost, in millionths of the user's currency.
    pub expected_cost: u64,
    /// Whether the day's limit lets it through.
    pub affordable: bool,
}

/// A grant's share of a charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantUse {
    /// Grant id.
    pub grant_id: String,
    /// Kind of grant (`plan`, `purchased`, …).
    pub kind: String,
    /// Amount taken from it.
    pub amount: MilliCredits,
}

/// Captures that changed after a version, oldest change first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureChanges {
    /// The changed captures.
    pub captures: Vec<CaptureView>,
    /// Cursor for the next call.
    pub next: i64,
    /// The account's credits now.
    pub credits: Credits,
}

/// The user's corrections of a lead. A field that is left out stays as it is; an edited
/// field is kept when the lead is captured again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadPatch {
    /// Name as displayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Job title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Company name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Domain of the company, or its website's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_domain: Option<String>,
}

/// Exchanges a one-time code for a device's own token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairingRequest {
    /// The code that the server printed.
    pub code: String,
    /// Name of the device, for the list from which it can be revoked.
    pub device_name: String,
}

/// A paired device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairingResponse {
    /// Bearer token of this device; shown once.
    pub token: String,
    /// The device.
    pub device_id: Uuid,
    /// The account that it belongs to.
    pub account: AccountView,
}

impl std::fmt::Debug for PairingResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token must not reach a log.
        f.debug_struct("PairingResponse")
            .field("device_id", &self.device_id)
            .finish_non_exhaustive()
    }
}

/// The account behind a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Account id.
    pub id: Uuid,
    /// Name of the account.
    pub name: String,
    /// Name of the plan.
    pub plan: String,
    /// Credits now.
    pub credits: Credits,
    /// Whether the operator has allowed SMTP probing; without it no address is ever verified.
    pub probing: bool,
    /// Whether the server's network lets nobody out to the mail port: then nothing can be
    /// verified from there, and nothing is charged. Known only after it was tried.
    #[serde(default)]
    pub mail_port_shut: bool,
}

/// The server's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// `ok`.
    pub status: String,
    /// Version of the server.
    pub version: String,
    /// See [`AccountView::mail_port_shut`].
    #[serde(default)]
    pub mail_port_shut: bool,
}

/// An error: RFC 9457 problem details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank` or an address that documents the code.
    #[serde(rename = "type", default = "about_blank")]
    pub kind: String,
    /// Short summary, the same for every occurrence of the code.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened here, and what to do.
    #[serde(default)]
    pub detail: String,
    /// Stable code: `malformed_body`, `invalid_input`, `unauthorized`, `pairing_code_invalid`,
    /// `origin_not_allowed`, `not_found`, `method_not_allowed`, `operation_conflict`,
    /// `too_large`, `unsupported_media_type`, `host_not_allowed`, `rate_limited`, `erased`
    /// (the person was erased and stays so), `unavailable`, `internal`.
    pub code: String,
    /// Which fields are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

fn about_blank() -> String {
    "about:blank".to_owned()
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Path of the field (`lead.full_name`).
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// The newer rule files that the server offers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleVersions {
    /// Schema of the files ([`crate::rules::SCHEMA`]).
    pub schema: u32,
    /// Name of the site, as in [`PageInfo::site`] → version of its file: larger is newer.
    pub sites: BTreeMap<String, u64>,
}
