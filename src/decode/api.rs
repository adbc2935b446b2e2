//! The server's answers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Decode, Fields, Unreadable, word};
use crate::api::{
    AccountView, CaptureChanges, CaptureRequest, CaptureState, CaptureView, Credits, EmailView,
    FieldError, GrantUse, Health, MobileState, MobileView, PairingResponse, PhoneView, Problem,
    Receipt, RuleVersions,
};
use crate::email::EmailStatus;

impl Decode for CaptureState {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        word(value, "state of a capture")
    }
}

impl Decode for EmailStatus {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        word(value, "status of an address")
    }
}

impl Decode for CaptureRequest {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let request = Fields::of(value, "capture request")?;
        Ok(Self {
            operation_id: request.get("operation_id")?,
            captured_at: request.get("captured_at")?,
            page_url: request.get("page_url")?,
            page: request.get("page")?,
            lead: request.get("lead")?,
        })
    }
}

impl Decode for EmailView {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let email = Fields::of(value, "email")?;
        Ok(Self {
            address: email.get("address")?,
            status: email.get("status")?,
            score: email.get("score")?,
            reasons: email.get("reasons")?,
            checked_at: email.get("checked_at")?,
            domain_confidence: email.get("domain_confidence")?,
        })
    }
}

impl Decode for CaptureView {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let view = Fields::of(value, "capture")?;
        Ok(Self {
            operation_id: view.get("operation_id")?,
            lead_id: view.get("lead_id")?,
            version: view.get("version")?,
            state: view.get("state")?,
            lead: view.get("lead")?,
            email: view.get("email")?,
            reason: view.get("reason")?,
            receipt: view.get("receipt")?,
            mobile: view.get("mobile")?,
            captured_at: view.get("captured_at")?,
            updated_at: view.get("updated_at")?,
            credits: view.get("credits")?,
        })
    }
}

impl Decode for MobileState {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        word(value, "state of mobile numbers")
    }
}

impl Decode for MobileView {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let mobile = Fields::of(value, "mobile")?;
        Ok(Self {
            state: mobile.get("state")?,
            price: mobile.get("price")?,
            price_text: mobile.get("price_text")?,
            pools: mobile.get("pools")?,
            operation_id: mobile.get("operation_id")?,
            phones: mobile.get("phones")?,
        })
    }
}

impl Decode for PhoneView {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let phone = Fields::of(value, "phone")?;
        Ok(Self {
            number: phone.get("number")?,
            kind: phone.get("kind")?,
            provider: phone.get("provider")?,
            found_at: phone.get("found_at")?,
        })
    }
}

impl Decode for Credits {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let credits = Fields::of(value, "credits")?;
        Ok(Self {
            available: credits.get("available")?,
            held: credits.get("held")?,
            plan_limit: credits.get("plan_limit")?,
            resets_at: credits.get("resets_at")?,
        })
    }
}

impl Decode for Receipt {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let receipt = Fields::of(value, "receipt")?;
        Ok(Self {
            operation_id: receipt.get("operation_id")?,
            action: receipt.get("action")?,
            outcome: receipt.get("outcome")?,
            charged: receipt.get("charged")?,
            price_version: receipt.get("price_version")?,
            rule: receipt.get("rule")?,
            line: receipt.get("line")?,
            grants: receipt.get("grants")?,
            settled_at: receipt.get("settled_at")?,
        })
    }
}

impl Decode for GrantUse {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let grant = Fields::of(value, "grant")?;
        Ok(Self {
            grant_id: grant.get("grant_id")?,
            kind: grant.get("kind")?,
            amount: grant.get("amount")?,
        })
    }
}

impl Decode for CaptureChanges {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let changes = Fields::of(value, "changes")?;
        Ok(Self {
            captures: changes.get("captures")?,
            next: changes.get("next")?,
            credits: changes.get("credits")?,
        })
    }
}

impl Decode for PairingResponse {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let pairing = Fields::of(value, "pairing")?;
        Ok(Self {
            token: pairing.get("token")?,
            device_id: pairing.get("device_id")?,
            account: pairing.get("account")?,
        })
    }
}

impl Decode for AccountView {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let account = Fields::of(value, "account")?;
        Ok(Self {
            id: account.get("id")?,
            name: account.get("name")?,
            plan: account.get("plan")?,
            credits: account.get("credits")?,
            probing: account.get("probing")?,
            mail_port_shut: account.get_or_default("mail_port_shut")?,
        })
    }
}

impl Decode for Health {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let health = Fields::of(value, "health")?;
        Ok(Self {
            status: health.get("status")?,
            version: health.get("version")?,
            mail_port_shut: health.get_or_default("mail_port_shut")?,
        })
    }
}

impl Decode for RuleVersions {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let versions = Fields::of(value, "rule versions")?;
        let mut sites = BTreeMap::new();
        let of = versions.0.get("sites").and_then(Value::as_object);
        for (site, version) in of.ok_or(Unreadable("sites"))? {
            sites.insert(site.clone(), u64::decode(version)?);
        }
        Ok(Self {
            schema: versions.get("schema")?,
            sites,
        })
    }
}

impl Decode for Problem {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let problem = Fields::of(value, "problem")?;
        Ok(Self {
            // RFC 9457, section 3.1.1: a problem without a type is of this one.
            kind: match problem.0.get("type") {
                Some(kind) => String::decode(kind)?,
                None => "about:blank".to_owned(),
            },
            title: problem.get("title")?,
            status: problem.get("status")?,
            detail: problem.get_or_default("detail")?,
            code: problem.get("code")?,
            errors: problem.get_or_default("errors")?,
        })
    }
}

impl Decode for FieldError {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let error = Fields::of(value, "error of a field")?;
        Ok(Self {
            field: error.get("field")?,
            message: error.get("message")?,
        })
    }
}
