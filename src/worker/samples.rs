//! Invented leads and answers for the worker's tests.

use uuid::Uuid;

use crate::api::{
    AccountView, CaptureRequest, CaptureState, CaptureView, Credits, PairingResponse,
};
use crate::lead::{Lead, LeadKind};
use crate::page::{PageInfo, ParsedPage};

pub(crate) fn lead(n: u128) -> Lead {
    let mut lead = Lead::new(LeadKind::Person);
    lead.full_name = Some(format!("Nadia Ferrum {n}"));
    lead.profile_url = Some(format!("https://www.linkedin.com/in/nadia-ferrum-{n}"));
    lead.company = Some("Lumen Orchard".to_owned());
    lead
}

pub(crate) fn page(leads: Vec<Lead>) -> ParsedPage {
    let mut page = ParsedPage::empty("linkedin", "profile", Some("sdui"));
    page.leads = leads;
    page
}

pub(crate) fn request(n: u128) -> CaptureRequest {
    CaptureRequest {
        operation_id: Uuid::from_u128(n),
        captured_at: 5,
        page_url: format!("https://www.linkedin.com/in/nadia-ferrum-{n}"),
        page: PageInfo {
            site: "linkedin".into(),
            kind: "profile".into(),
            layout: None,
        },
        lead: lead(n),
    }
}

pub(crate) const CREDITS: Credits = Credits {
    available: 9_000,
    held: 1_000,
    plan_limit: 10_000,
    resets_at: None,
};

pub(crate) fn view(
    operation_id: Uuid,
    version: i64,
    state: CaptureState,
    lead: Lead,
) -> CaptureView {
    CaptureView {
        operation_id,
        lead_id: Uuid::from_u128(77),
        version,
        state,
        lead,
        email: None,
        reason: None,
        receipt: None,
        mobile: None,
        captured_at: 5,
        updated_at: 6,
        credits: CREDITS,
    }
}

pub(crate) fn pairing() -> PairingResponse {
    PairingResponse {
        token: "lode_token".into(),
        device_id: Uuid::from_u128(1),
        account: AccountView {
            id: Uuid::from_u128(2),
            name: "default".into(),
            plan: "free".into(),
            credits: Credits {
                available: 10_000,
                held: 0,
                plan_limit: 10_000,
                resets_at: None,
            },
            probing: true,
            mail_port_shut: false,
        },
    }
}
