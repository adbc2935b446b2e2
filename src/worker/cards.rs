//! The captures as the popup lists them, newest first.

use crate::Lead;
use crate::api::{CaptureRequest, CaptureView};
use crate::protocol::{CaptureCard, CardState};

/// A capture that waits for the server.
pub(super) fn unsent(request: &CaptureRequest) -> CaptureCard {
    CaptureCard {
        operation_id: request.operation_id,
        lead_id: None,
        state: CardState::Unsent,
        lead: request.lead.clone(),
        email: None,
        reason: None,
        receipt: None,
        mobile: None,
        error: None,
        captured_at: request.captured_at,
    }
}

/// The newest capture of a lead.
pub(super) fn latest<'a>(cards: &'a [CaptureCard], lead: &Lead) -> Option<&'a CaptureCard> {
    cards.iter().find(|card| card.lead.is_same(lead))
}

/// The capture of a lead that has not ended, where there is one: a second click on it
/// waits for the same answer.
pub(super) fn under_way<'a>(cards: &'a [CaptureCard], lead: &Lead) -> Option<&'a CaptureCard> {
    latest(cards, lead).filter(|card| match card.state {
        CardState::Unsent => true,
        CardState::Sent(state) => state.is_open(),
        CardState::Refused => false,
    })
}

/// Takes the server's word on a capture. One taken on another device is added.
pub(super) fn take_view(cards: &mut Vec<CaptureCard>, view: CaptureView) {
    let card = CaptureCard {
        operation_id: view.operation_id,
        lead_id: Some(view.lead_id),
        state: CardState::Sent(view.state),
        lead: view.lead,
        email: view.email,
        reason: view.reason,
        receipt: view.receipt,
        mobile: view.mobile,
        error: None,
        captured_at: view.captured_at,
    };
    if let Some(known) = cards
        .iter_mut()
        .find(|c| c.operation_id == card.operation_id)
    {
        *known = card;
    } else {
        let at = cards.partition_point(|c| c.captured_at > card.captured_at);
        cards.insert(at, card);
    }
}

/// Drops the oldest beyond `most`, but none that still waits for the server.
pub(super) fn trim(cards: &mut Vec<CaptureCard>, most: usize) {
    let mut kept = 0;
    cards.retain(|card| {
        kept += 1;
        kept <= most || card.state == CardState::Unsent
    });
}
