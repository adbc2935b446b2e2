//! `POST /v1/unlocks`: a lead's mobile numbers, by an explicit click.

use axum::extract::State;
use lode_core::api::{MobileState, MobileView};
use lode_core::lead::Lead;
use lode_store::{ActionEnd, FoundPhone, Operation, OperationState, Store, Ticket};
use uuid::Uuid;

use super::operations::{self, Begin};
use super::{Answer, credits};
use crate::api::{DatumRequest, UnlockView};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::phones::{Phone, PhoneError, PhoneQuestion};
use crate::problem::{ApiError, ApiResult};
use crate::validate;

/// Most numbers that are kept of one answer.
const PHONES_MAX: usize = 20;

/// Longest number that is kept.
const NUMBER_CHARS_MAX: usize = 40;

/// Unlocks a lead's numbers, once for its operation id.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<DatumRequest>,
) -> ApiResult<Answer<UnlockView>> {
    validate::operation_id(request.operation_id)?;
    if request.datum != "mobile" {
        return Err(ApiError::field("datum", "is none of mobile"));
    }
    let (operation, repeated) = run(&app, &caller, request.operation_id, request.lead_id).await?;
    let person = app.store.person(caller.account_id, request.lead_id).await?;
    let phones = person.map(|(_, phones)| phones).unwrap_or_default();
    let balance = credits::balance(&app, &caller).await?;
    let operation = operations::view(&app, &balance, operation);
    let charged = operations::charged(operation.receipt.as_ref());
    let view = UnlockView { operation, phones };
    Ok(Answer::with(view, balance, charged).status(operations::status(repeated)))
}

/// Says of numbers that a click could only be refused for, that nobody can be asked.
pub(crate) async fn say_who_can_be_asked<'a>(
    app: &App,
    caller: &Caller,
    mobiles: impl IntoIterator<Item = &'a mut Option<MobileView>>,
) {
    let askable = |mobile: &&mut MobileView| {
        !matches!(mobile.state, MobileState::Unlocked | MobileState::Working)
    };
    let mobiles: Vec<_> = mobiles.into_iter().flatten().filter(askable).collect();
    if mobiles.is_empty() || app.has_phone_source(caller.account_id).await {
        return;
    }
    for mobile in mobiles {
        mobile.state = MobileState::NotConfigured;
    }
}

/// Unlocks a lead's numbers; and whether it was done before.
pub(crate) async fn run(
    app: &App,
    caller: &Caller,
    id: Uuid,
    lead_id: Uuid,
) -> ApiResult<(Operation, bool)> {
    // What was done or unlocked before is answered without a source.
    let done = app
        .store
        .operation(caller.account_id, id)
        .await?
        .is_some_and(|operation| operation.state == OperationState::Done);
    if !done {
        let person = app.store.person(caller.account_id, lead_id).await?;
        let (lead, phones) =
            person.ok_or_else(|| ApiError::field("lead_id", "is no lead of this account"))?;
        if phones.is_empty() {
            ask_for_source(app, caller, id, lead_id, &lead).await?;
        }
    }
    let action = Store::unlock_request(id, caller.member_id, lead_id);
    let ticket = match operations::begin(app, caller, &action).await? {
        Begin::Work(ticket) => ticket,
        Begin::Done(operation) => return Ok((*operation, true)),
    };
    // A task of its own: a client that goes away does not leave it half done.
    let app = app.clone();
    let work = tokio::spawn(async move { find(&app, &ticket, lead_id).await });
    let operation = work.await.map_err(|_| ApiError::Internal)??;
    Ok((operation, false))
}

/// Whether there is anybody to ask, before any credit is set aside.
async fn ask_for_source(
    app: &App,
    caller: &Caller,
    id: Uuid,
    lead_id: Uuid,
    person: &Lead,
) -> ApiResult<()> {
    let source = app.phones().ok_or(ApiError::SourceNotConfigured)?;
    let question = PhoneQuestion {
        account_id: caller.account_id,
        operation: id,
        lead_id,
        person,
    };
    match source.preview(question).await {
        Err(PhoneError::NotConfigured) => Err(ApiError::SourceNotConfigured),
        // Whatever else it says is for the question itself.
        _ => Ok(()),
    }
}

/// Finds the numbers and ends the unlock; gives it back where nobody answers.
pub(crate) async fn find(app: &App, ticket: &Ticket, lead_id: Uuid) -> ApiResult<Operation> {
    let person = app.store.person(ticket.account_id, lead_id).await?;
    let known = match &person {
        Some((_, phones)) if ticket.is_repeat => phones.as_slice(),
        _ => &[],
    };
    let found = if !known.is_empty() {
        Ok(known
            .iter()
            .cloned()
            .map(|phone| FoundPhone {
                number: phone.number,
                kind: phone.kind,
                provider: phone.provider,
            })
            .collect())
    } else {
        match &person {
            Some((lead, _)) => ask(app, ticket, lead_id, lead).await,
            None => Err(ApiError::NotFound),
        }
    };
    match found {
        Ok(found) => Ok(app
            .store
            .finish_action(ticket, &ActionEnd::Phones(found), &app.pricing, app.now())
            .await?),
        // What is being worked on is paid for: it is waited for, under the same hold.
        Err(ApiError::Pending(seconds)) => {
            let wait = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
            let until = app.now().saturating_add(wait);
            app.store.await_action(ticket, until).await?;
            Err(ApiError::Pending(seconds))
        }
        Err(error) => {
            app.store
                .abandon_action(ticket, &app.pricing, app.now())
                .await?;
            Err(error)
        }
    }
}

async fn ask(
    app: &App,
    ticket: &Ticket,
    lead_id: Uuid,
    person: &Lead,
) -> ApiResult<Vec<FoundPhone>> {
    let source = app.phones().ok_or(ApiError::SourceNotConfigured)?;
    let phones = source
        .find(PhoneQuestion {
            account_id: ticket.account_id,
            operation: ticket.id,
            lead_id,
            person,
        })
        .await
        .map_err(unavailable)?;
    Ok(phones
        .into_iter()
        .filter(is_number)
        .take(PHONES_MAX)
        .map(|phone| FoundPhone {
            number: phone.number.trim().to_owned(),
            kind: phone.kind.as_str().to_owned(),
            provider: phone.provider.chars().take(64).collect(),
        })
        .collect())
}

/// Whether a provider's answer can be a number at all: their answers are not to be trusted.
fn is_number(phone: &Phone) -> bool {
    let number = phone.number.trim();
    number.chars().count() <= NUMBER_CHARS_MAX
        && number.chars().filter(char::is_ascii_digit).count() >= 5
        && !number.chars().any(char::is_control)
}

/// A source's failure as the API shows it.
pub(crate) fn unavailable(error: PhoneError) -> ApiError {
    match error {
        PhoneError::NotConfigured => ApiError::SourceNotConfigured,
        PhoneError::SpendLimit => ApiError::SourceUnavailable(
            "The day's spending limit at providers is reached".to_owned(),
        ),
        PhoneError::Unavailable => ApiError::SourceUnavailable("No provider answered".to_owned()),
        PhoneError::Pending(after) => ApiError::Pending(after.as_secs().max(1)),
    }
}
