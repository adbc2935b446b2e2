//! Every provider's documented answers, both variants where the documents differ.

use lode_providers::{
    Answer, Deliverability, FoundEmail, MobileLook, MobileSearch, PersonQuery, ProviderError,
    ProviderKind,
};
use lode_verify::Address;
use serde_json::{Value, json};

use crate::stub::{Reply, Stub, json as reply, person};

const ADA: &str = "ada.marlow@acme.example";

fn ada() -> Address {
    Address::parse(ADA).unwrap()
}

async fn find(
    kind: ProviderKind,
    replies: Vec<Reply>,
) -> (Result<Answer<FoundEmail>, ProviderError>, Stub) {
    let stub = Stub::start(replies).await;
    let answer = stub.provider(kind).find_email(&person()).await;
    assert_eq!(stub.unused(), 0, "every scripted reply was asked for");
    (answer, stub)
}

async fn found(kind: ProviderKind, body: Value) -> FoundEmail {
    let (answer, _stub) = find(kind, vec![reply(200, &body)]).await;
    let found = answer.unwrap().found.unwrap();
    assert_eq!(found.email, ada());
    found
}

async fn missing(kind: ProviderKind, status: u16, body: Value) -> Answer<FoundEmail> {
    let (answer, _stub) = find(kind, vec![reply(status, &body)]).await;
    let answer = answer.unwrap();
    assert_eq!(answer.found, None);
    answer
}

async fn refused(kind: ProviderKind, status: u16, body: Value) -> ProviderError {
    find(kind, vec![reply(status, &body)]).await.0.unwrap_err()
}

async fn verdict(kind: ProviderKind, replies: Vec<Reply>) -> Result<Deliverability, ProviderError> {
    let stub = Stub::start(replies).await;
    let answer = stub.provider(kind).verify_email(&ada()).await?;
    Ok(answer.found.unwrap())
}

/// A number with a control in it would go to screens, files and dialled links: it is none.
#[tokio::test]
async fn numbers_are_text_without_controls() {
    for (kind, body) in [
        (
            ProviderKind::LeadMagic,
            json!({"mobile_number": "1\u{1}2", "credits_consumed": 5}),
        ),
        (
            ProviderKind::Prospeo,
            json!({"error": false, "person": {"mobile": {"mobile": "+1\n555"}}}),
        ),
        (ProviderKind::Findymail, json!({"phone": "+1\u{7f}555"})),
        (
            ProviderKind::Findymail,
            json!({"contact": {"phone": "1".repeat(41)}}),
        ),
    ] {
        let stub = Stub::start(vec![reply(200, &body)]).await;
        let error = stub.provider(kind).find_mobile(&person()).await;
        assert_eq!(
            error.unwrap_err(),
            ProviderError::Malformed("no number"),
            "{kind}"
        );
    }
}

mod hunter {
    use super::*;

    const HUNTER: ProviderKind = ProviderKind::Hunter;

    #[tokio::test]
    async fn finds() {
        let body = json!({
            "data": {"first_name": "Ada", "last_name": "Marlow", "email": ADA, "score": 97,
                "domain": "acme.example", "accept_all": false, "sources": [],
                "verification": {"date": "2026-01-02", "status": "valid"}},
            "meta": {"params": {"first_name": "Ada"}}
        });
        let stub = Stub::start(vec![reply(200, &body)]).await;
        let answer = stub.provider(HUNTER).find_email(&person()).await.unwrap();
        let found = answer.found.unwrap();
        assert_eq!(found.email, ada());
        assert_eq!(found.deliverability, Deliverability::Valid);
        assert_eq!(found.confidence, Some(97));
        let request = &stub.requests()[0];
        assert_eq!(request.uri.path(), "/email-finder");
        assert_eq!(
            request.uri.query().unwrap(),
            "domain=acme.example&first_name=Ada&last_name=Marlow"
        );
    }

    #[tokio::test]
    async fn an_unverified_address_of_a_catch_all_says_so() {
        let body = json!({"data": {"email": ADA, "score": 60, "accept_all": true,
            "verification": {"date": null, "status": null}}});
        assert_eq!(
            found(HUNTER, body).await.deliverability,
            Deliverability::AcceptAll
        );
    }

    #[tokio::test]
    async fn misses() {
        let body = json!({"data": {"email": null, "score": null}, "meta": {}});
        assert_eq!(missing(HUNTER, 200, body).await.cost, Some(0));
        missing(
            HUNTER,
            404,
            json!({"errors": [{"id": "not_found", "code": 404}]}),
        )
        .await;
    }

    #[tokio::test]
    async fn asks_again_while_it_is_worked_on() {
        let body =
            json!({"data": {"email": ADA, "score": 90, "verification": {"status": "valid"}}});
        let working = || reply(202, &json!({"data": {}}));
        let (answer, stub) = find(HUNTER, vec![working(), working(), reply(200, &body)]).await;
        assert!(answer.unwrap().found.is_some());
        assert_eq!(stub.requests().len(), 3);
    }

    #[tokio::test]
    async fn its_limits_are_the_reverse_of_everyone_elses() {
        let errors =
            |id: &str, code: u16| json!({"errors": [{"id": id, "code": code, "details": "…"}]});
        assert_eq!(
            refused(HUNTER, 403, errors("too_many_requests", 403)).await,
            ProviderError::RateLimited { retry_after: None }
        );
        assert_eq!(
            refused(HUNTER, 429, errors("usage_limit", 429)).await,
            ProviderError::OutOfCredits
        );
        assert_eq!(
            refused(HUNTER, 400, errors("wrong_params", 400)).await,
            ProviderError::InvalidRequest("wrong_params".to_owned())
        );
        assert_eq!(
            refused(HUNTER, 451, errors("claimed_email", 451)).await,
            ProviderError::OptedOut
        );
    }

    #[tokio::test]
    async fn verifies() {
        for (body, expected) in [
            (
                json!({"data": {"status": "valid", "result": "deliverable"}}),
                Deliverability::Valid,
            ),
            (
                json!({"data": {"status": "invalid"}}),
                Deliverability::Invalid,
            ),
            (
                json!({"data": {"status": "accept_all", "result": "risky"}}),
                Deliverability::AcceptAll,
            ),
            (
                json!({"data": {"status": "disposable"}}),
                Deliverability::Disposable,
            ),
            (
                json!({"data": {"status": "webmail"}}),
                Deliverability::Unknown,
            ),
            (
                json!({"data": {"status": "unknown"}}),
                Deliverability::Unknown,
            ),
            (
                json!({"data": {"result": "undeliverable"}}),
                Deliverability::Invalid,
            ),
        ] {
            let replies = vec![reply(202, &json!({})), reply(200, &body)];
            assert_eq!(verdict(HUNTER, replies).await, Ok(expected), "{body}");
        }
        let unexpected = vec![reply(
            222,
            &json!({"errors": [{"id": "verification_failed"}]}),
        )];
        assert_eq!(
            verdict(HUNTER, unexpected).await,
            Err(ProviderError::TryLater)
        );
    }

    /// What says by its status alone that there is no answer yet need not be JSON.
    #[tokio::test]
    async fn a_status_without_an_answer_needs_no_json() {
        let plain = |status| Reply::Full(status, vec![("content-type", "text/plain")], "…".into());
        let body = json!({"data": {"email": ADA, "score": 90}});
        let (answer, _stub) = find(HUNTER, vec![plain(202), reply(200, &body)]).await;
        assert!(answer.unwrap().found.is_some());
        assert_eq!(
            verdict(HUNTER, vec![plain(222)]).await,
            Err(ProviderError::TryLater)
        );
    }

    #[tokio::test]
    async fn never_ending_work_ends() {
        let stub = Stub::start(vec![reply(202, &json!({})); 5_000]).await;
        let error = stub
            .provider(HUNTER)
            .find_email(&person())
            .await
            .unwrap_err();
        assert_eq!(error, ProviderError::Pending);
    }
}

mod leadmagic {
    use super::*;

    const LEADMAGIC: ProviderKind = ProviderKind::LeadMagic;

    #[tokio::test]
    async fn finds_in_both_documents_words() {
        for (body, expected) in [
            (
                json!({"email": ADA, "status": "valid", "credits_consumed": 1}),
                Deliverability::Valid,
            ),
            (
                json!({"email": ADA, "email_status": "valid"}),
                Deliverability::Valid,
            ),
            (
                json!({"email": ADA, "status": "valid_catch_all"}),
                Deliverability::AcceptAll,
            ),
            (
                json!({"email": ADA, "status": "valid", "is_domain_catch_all": true}),
                Deliverability::AcceptAll,
            ),
            (
                json!({"email": ADA, "status": null}),
                Deliverability::Unknown,
            ),
        ] {
            assert_eq!(
                found(LEADMAGIC, body.clone()).await.deliverability,
                expected,
                "{body}"
            );
        }
    }

    #[tokio::test]
    async fn a_miss_is_free() {
        for body in [
            json!({"email": null, "status": null, "credits_consumed": 0, "message": "none"}),
            json!({"email": null, "status": "not_found", "credits_consumed": 0}),
            json!({"email": "", "status": "not_found", "credits_consumed": "0"}),
        ] {
            assert_eq!(missing(LEADMAGIC, 200, body).await.cost, Some(0));
        }
    }

    #[tokio::test]
    async fn asks_as_documented() {
        let stub = Stub::start(vec![reply(200, &json!({"email": null}))]).await;
        let provider = stub.provider(LEADMAGIC);
        let _ = provider.find_email(&person()).await;
        let request = &stub.requests()[0];
        assert_eq!(request.uri.path(), "/v1/people/email-finder");
        assert_eq!(
            request.body,
            json!({"first_name": "Ada", "last_name": "Marlow", "domain": "acme.example"})
        );
        let nobody = PersonQuery::default();
        let error = provider.find_email(&nobody).await.unwrap_err();
        assert_eq!(error, ProviderError::Missing("a name"));
        assert_eq!(stub.requests().len(), 1);
    }

    #[tokio::test]
    async fn errors_of_both_generations() {
        let new = json!({"success": false, "errors": [{
            "type": "https://api.leadmagic.io/errors/validation_error",
            "status": 400, "code": "validation_error"}]});
        let code = ProviderError::InvalidRequest("validation_error".to_owned());
        assert_eq!(refused(LEADMAGIC, 400, new).await, code);
        let old = json!({"error": "Bad Request", "message": "…"});
        let code = ProviderError::InvalidRequest("400".to_owned());
        assert_eq!(refused(LEADMAGIC, 400, old).await, code);
    }

    #[tokio::test]
    async fn verifies_with_fractions_of_a_credit() {
        for (body, expected) in [
            (
                json!({"email_status": "valid", "credits_consumed": 0.25}),
                Deliverability::Valid,
            ),
            (
                json!({"status": "invalid", "credits_consumed": 0.25}),
                Deliverability::Invalid,
            ),
            (
                json!({"email_status": "catch_all"}),
                Deliverability::AcceptAll,
            ),
            (json!({"email_status": "unknown"}), Deliverability::Unknown),
        ] {
            assert_eq!(
                verdict(LEADMAGIC, vec![reply(200, &body)]).await,
                Ok(expected)
            );
        }
        let body = json!({"email_status": "valid", "credits_consumed": 0.25});
        let stub = Stub::start(vec![reply(200, &body)]).await;
        let answer = stub.provider(LEADMAGIC).verify_email(&ada()).await.unwrap();
        assert_eq!(answer.cost, Some(250));
    }

    #[tokio::test]
    async fn mobiles() {
        let body = json!({"mobile_number": "+49 151 0000000", "credits_consumed": 5});
        let none = json!({"mobile_number": null, "credits_consumed": 0});
        let stub = Stub::start(vec![reply(200, &body), reply(200, &none)]).await;
        let provider = stub.provider(LEADMAGIC);
        let answer = provider.find_mobile(&person()).await.unwrap();
        assert_eq!(answer.found.unwrap(), ["+49 151 0000000"]);
        assert_eq!(answer.cost, Some(5_000));
        assert_eq!(
            provider.find_mobile(&person()).await.unwrap(),
            Answer::nothing(Some(0))
        );
    }
}

mod prospeo {
    use super::*;

    const PROSPEO: ProviderKind = ProviderKind::Prospeo;

    fn record(email: &Value) -> Value {
        json!({"error": false, "free_enrichment": false,
            "person": {"person_id": "p1", "email": email,
                "mobile": {"status": "VERIFIED", "revealed": true, "mobile": "+1 555 0100"}},
            "company": {}})
    }

    #[tokio::test]
    async fn finds() {
        let verified = json!({"status": "VERIFIED", "revealed": true, "email": ADA});
        assert_eq!(
            found(PROSPEO, record(&verified)).await.deliverability,
            Deliverability::Valid
        );
        let other = json!({"status": "UNVERIFIED", "revealed": true, "email": ADA});
        assert_eq!(
            found(PROSPEO, record(&other)).await.deliverability,
            Deliverability::Unknown
        );
    }

    #[tokio::test]
    async fn a_masked_address_is_none() {
        let masked = json!({"status": "VERIFIED", "revealed": false, "email": "a***@acme.example"});
        missing(PROSPEO, 200, record(&masked)).await;
        missing(PROSPEO, 200, record(&Value::Null)).await;
    }

    #[tokio::test]
    async fn the_same_record_again_is_free() {
        let mut body = record(&json!({"status": "VERIFIED", "revealed": true, "email": ADA}));
        body["free_enrichment"] = json!(true);
        let (answer, stub) = find(PROSPEO, vec![reply(200, &body)]).await;
        assert_eq!(answer.unwrap().cost, Some(0));
        let request = &stub.requests()[0];
        assert_eq!(request.uri.path(), "/enrich-person");
        assert_eq!(request.body["enrich_mobile"], json!(false));
        assert_eq!(
            request.body["data"]["company_website"],
            json!("acme.example")
        );
    }

    #[tokio::test]
    async fn error_codes() {
        let error = |code: &str| json!({"error": true, "error_code": code});
        missing(PROSPEO, 400, error("NO_MATCH")).await;
        missing(PROSPEO, 400, error("NO_RESULTS")).await;
        for (status, code, expected) in [
            (400, "INSUFFICIENT_CREDITS", ProviderError::OutOfCredits),
            (401, "INVALID_API_KEY", ProviderError::Unauthorized),
            (400, "ACCOUNT_RESTRICTED", ProviderError::Unauthorized),
            (
                429,
                "RATE_LIMITED",
                ProviderError::RateLimited { retry_after: None },
            ),
            (
                400,
                "RATE_LIMIT_EXCEEDED",
                ProviderError::RateLimited { retry_after: None },
            ),
            (400, "INTERNAL_ERROR", ProviderError::Server(400)),
            (
                400,
                "INVALID_DATAPOINTS",
                ProviderError::InvalidRequest("INVALID_DATAPOINTS".to_owned()),
            ),
            (
                400,
                "INVALID_REQUEST",
                ProviderError::InvalidRequest("INVALID_REQUEST".to_owned()),
            ),
            (
                400,
                "INVALID_FILTERS",
                ProviderError::InvalidRequest("INVALID_FILTERS".to_owned()),
            ),
        ] {
            assert_eq!(
                refused(PROSPEO, status, error(code)).await,
                expected,
                "{code}"
            );
        }
    }

    #[tokio::test]
    async fn mobiles() {
        let stub = Stub::start(vec![
            reply(200, &record(&Value::Null)),
            reply(400, &json!({"error": true, "error_code": "NO_MATCH"})),
        ])
        .await;
        let provider = stub.provider(PROSPEO);
        let answer = provider.find_mobile(&person()).await.unwrap();
        assert_eq!(answer.found.unwrap(), ["+1 555 0100"]);
        assert_eq!(answer.cost, Some(10_000));
        assert_eq!(
            provider.find_mobile(&person()).await.unwrap(),
            Answer::nothing(Some(0))
        );
        assert_eq!(stub.requests()[0].body["enrich_mobile"], json!(true));
    }

    #[tokio::test]
    async fn does_not_verify() {
        let error = verdict(PROSPEO, Vec::new()).await.unwrap_err();
        assert_eq!(error, ProviderError::NotOffered);
    }
}

mod findymail {
    use super::*;

    const FINDYMAIL: ProviderKind = ProviderKind::Findymail;

    #[tokio::test]
    async fn finds() {
        let contact = json!({"name": "Ada Marlow", "email": ADA, "domain": "acme.example"});
        assert_eq!(
            found(FINDYMAIL, json!({"contact": contact}))
                .await
                .deliverability,
            Deliverability::Valid
        );
        found(FINDYMAIL, json!({"contact": [contact]})).await;
    }

    #[tokio::test]
    async fn an_alias_domain_is_kept() {
        let body = json!({"contact": {"email": "ada@ac.example", "domain": "ac.example"}});
        let (answer, _stub) = find(FINDYMAIL, vec![reply(200, &body)]).await;
        let email = answer.unwrap().found.unwrap().email;
        assert_eq!(email.domain().as_str(), "ac.example");
    }

    #[tokio::test]
    async fn misses() {
        for body in [
            json!({"contact": null}),
            json!({"contact": {}}),
            json!({"contact": []}),
            json!({}),
        ] {
            missing(FINDYMAIL, 200, body).await;
        }
    }

    #[tokio::test]
    async fn a_name_that_is_no_address_is_refused() {
        let body = json!({"contact": {"email": "ada@acme.example\r\nRCPT TO:<x@y.example>"}});
        assert_eq!(
            refused(FINDYMAIL, 200, body).await,
            ProviderError::Malformed("no address")
        );
    }

    #[tokio::test]
    async fn a_paused_subscription_is_the_users_to_mend() {
        let error = refused(FINDYMAIL, 423, json!({"error": "paused"})).await;
        assert_eq!(error, ProviderError::OutOfCredits);
        assert!(error.needs_user());
    }

    #[tokio::test]
    async fn verifies() {
        let body =
            |verified: bool| json!({"email": ADA, "verified": verified, "provider": "Google"});
        assert_eq!(
            verdict(FINDYMAIL, vec![reply(200, &body(true))]).await,
            Ok(Deliverability::Valid)
        );
        assert_eq!(
            verdict(FINDYMAIL, vec![reply(200, &body(false))]).await,
            Ok(Deliverability::Unknown)
        );
    }

    #[tokio::test]
    async fn mobiles() {
        let stub = Stub::start(vec![
            reply(200, &json!({"phone": "+1 555 0100"})),
            reply(404, &json!({"message": "none"})),
        ])
        .await;
        let provider = stub.provider(FINDYMAIL);
        let answer = provider.find_mobile(&person()).await.unwrap();
        assert_eq!(answer.found.unwrap(), ["+1 555 0100"]);
        assert_eq!(
            provider.find_mobile(&person()).await.unwrap(),
            Answer::nothing(Some(0))
        );
        assert_eq!(stub.requests()[0].uri.path(), "/api/search/phone");
    }
}

mod icypeas {
    use super::*;

    const ICYPEAS: ProviderKind = ProviderKind::Icypeas;

    fn started() -> Reply {
        reply(
            200,
            &json!({"success": true, "item": {"status": "NONE", "_id": "abc"}}),
        )
    }

    fn read(status: &str, emails: &Value) -> Reply {
        reply(
            200,
            &json!({"success": true, "items": [{"status": status,
                "results": {"firstname": "Ada", "lastname": "Marlow", "emails": emails}}]}),
        )
    }

    #[tokio::test]
    async fn finds_after_a_while() {
        let emails = json!([{"email": ADA, "certainty": "ultra_sure", "mxProvider": "google"}]);
        for last in ["FOUND", "DEBITED"] {
            let replies = vec![
                started(),
                read("NONE", &json!([])),
                read("SCHEDULED", &json!([])),
                read("IN_PROGRESS", &json!([])),
                read(last, &emails),
            ];
            let (answer, stub) = find(ICYPEAS, replies).await;
            let answer = answer.unwrap();
            assert_eq!(answer.cost, Some(1_000));
            let found = answer.found.unwrap();
            assert_eq!(
                (found.email, found.deliverability),
                (ada(), Deliverability::Valid)
            );
            let requests = stub.requests();
            assert_eq!(
                requests[0].body,
                json!({"firstname": "Ada", "lastname": "Marlow", "domainOrCompany": "acme.example"})
            );
            assert_eq!(requests[1].uri.path(), "/bulk-single-searchs/read");
            assert_eq!(requests[1].body, json!({"id": "abc"}));
        }
    }

    #[tokio::test]
    async fn ends_without_an_address() {
        for status in ["NOT_FOUND", "DEBITED_NOT_FOUND"] {
            let (answer, _stub) = find(ICYPEAS, vec![started(), read(status, &json!([]))]).await;
            assert_eq!(answer.unwrap(), Answer::nothing(Some(0)));
        }
        for (status, expected) in [
            ("INSUFFICIENT_FUNDS", ProviderError::OutOfCredits),
            (
                "BAD_INPUT",
                ProviderError::InvalidRequest("BAD_INPUT".to_owned()),
            ),
            ("ABORTED", ProviderError::TryLater),
            (
                "SOMETHING_NEW",
                ProviderError::Malformed("an unknown status"),
            ),
        ] {
            let (answer, _stub) = find(ICYPEAS, vec![started(), read(status, &json!([]))]).await;
            assert_eq!(answer.unwrap_err(), expected, "{status}");
        }
        let invalid = json!({"success": false, "validationErrors": [{"expected": "string"}]});
        assert_eq!(
            refused(ICYPEAS, 200, invalid).await,
            ProviderError::InvalidRequest("validation".to_owned())
        );
    }

    #[tokio::test]
    async fn a_limit_on_reading_is_waited_out() {
        let emails = json!([{"email": ADA, "certainty": "probable"}]);
        let limited = Reply::Full(429, vec![("retry-after", "0")], String::new());
        let (answer, _stub) = find(ICYPEAS, vec![started(), limited, read("FOUND", &emails)]).await;
        let found = answer.unwrap().found.unwrap();
        assert_eq!(found.deliverability, Deliverability::Unknown);
    }

    #[tokio::test]
    async fn verifies() {
        let emails = |certainty: &str| json!([{"email": ADA, "certainty": certainty}]);
        for (last, expected) in [
            (
                read("DEBITED", &emails("ultra_sure")),
                Deliverability::Valid,
            ),
            (
                read("FOUND", &emails("undeliverable")),
                Deliverability::Invalid,
            ),
            (
                read("DEBITED_NOT_FOUND", &json!([])),
                Deliverability::Invalid,
            ),
        ] {
            assert_eq!(verdict(ICYPEAS, vec![started(), last]).await, Ok(expected));
        }
    }
}

mod dropcontact {
    use super::*;

    const DROPCONTACT: ProviderKind = ProviderKind::Dropcontact;

    fn started() -> Reply {
        reply(
            200,
            &json!({"credits_left": 152, "request_id": "qzmx", "error": false, "success": true}),
        )
    }

    fn working() -> Reply {
        reply(
            200,
            &json!({"success": false, "reason": "Request not ready yet, try again in 30 seconds"}),
        )
    }

    fn record(emails: &Value) -> Reply {
        reply(
            200,
            &json!({"success": true, "error": false, "data": [{"full_name": "Ada Marlow", "email": emails}]}),
        )
    }

    #[tokio::test]
    async fn finds_on_both_axes() {
        for (qualification, expected) in [
            ("nominative@pro", Deliverability::Valid),
            ("catch_all@pro", Deliverability::AcceptAll),
            ("generic@pro", Deliverability::Unknown),
            ("random@perso", Deliverability::Unknown),
            ("invalid@pro", Deliverability::Invalid),
            ("nominative@invalid", Deliverability::Invalid),
            ("new word", Deliverability::Unknown),
        ] {
            let emails = json!([{"email": ADA, "qualification": qualification}]);
            let (answer, stub) =
                find(DROPCONTACT, vec![started(), working(), record(&emails)]).await;
            let found = answer.unwrap().found.unwrap();
            assert_eq!(found.deliverability, expected, "{qualification}");
            assert_eq!(stub.requests()[2].uri.path(), "/enrich/all/qzmx");
        }
    }

    #[tokio::test]
    async fn misses() {
        for emails in [json!([]), Value::Null] {
            let (answer, _stub) = find(DROPCONTACT, vec![started(), record(&emails)]).await;
            assert_eq!(answer.unwrap(), Answer::nothing(Some(0)));
        }
    }

    #[tokio::test]
    async fn too_few_credits_are_a_403() {
        let body = json!({"error": true, "reason": "not enough credits", "success": false});
        assert_eq!(
            refused(DROPCONTACT, 403, body).await,
            ProviderError::OutOfCredits
        );
    }

    #[tokio::test]
    async fn an_id_that_would_change_the_path_is_refused() {
        let body = json!({"request_id": "../../v2/secret", "success": true});
        assert_eq!(
            refused(DROPCONTACT, 200, body).await,
            ProviderError::Malformed("no request id")
        );
    }

    #[tokio::test]
    async fn verifies_only_what_was_asked_for() {
        let emails = json!([
            {"email": "other@acme.example", "qualification": "nominative@pro"},
            {"email": ADA, "qualification": "invalid@pro"}
        ]);
        assert_eq!(
            verdict(DROPCONTACT, vec![started(), record(&emails)]).await,
            Ok(Deliverability::Invalid)
        );
    }
}

mod apollo {
    use super::*;

    const APOLLO: ProviderKind = ProviderKind::Apollo;

    #[tokio::test]
    async fn finds() {
        let body = json!({"person": {"id": "1", "name": "Ada Marlow", "email": ADA,
            "email_status": "verified", "extrapolated_email_confidence": 0.8}});
        let (answer, stub) = find(APOLLO, vec![reply(200, &body)]).await;
        let found = answer.unwrap().found.unwrap();
        assert_eq!(found.deliverability, Deliverability::Valid);
        assert_eq!(found.confidence, Some(80));
        let request = &stub.requests()[0];
        assert_eq!(request.uri.path(), "/people/match");
        let query = request.uri.query().unwrap();
        assert!(query.contains("first_name=Ada") && query.contains("domain=acme.example"));
        assert!(query.contains("reveal_personal_emails=false"));
        let guess = json!({"person": {"email": ADA, "email_status": "extrapolated"}});
        assert_eq!(
            super::found(APOLLO, guess).await.deliverability,
            Deliverability::Unknown
        );
    }

    #[tokio::test]
    async fn no_match_is_free_and_a_match_without_an_address_is_not() {
        for (body, cost) in [
            (json!({"person": null}), 0),
            (json!({"person": {}}), 0),
            (json!({}), 0),
            (
                json!({"person": {"email": null, "email_status": "unavailable"}}),
                1_000,
            ),
            (
                json!({"person": {"email": "email_not_unlocked@domain.com"}}),
                1_000,
            ),
        ] {
            assert_eq!(
                missing(APOLLO, 200, body.clone()).await.cost,
                Some(cost),
                "{body}"
            );
        }
    }

    #[tokio::test]
    async fn error_codes() {
        for (status, code, expected) in [
            (403, "API_INACCESSIBLE", ProviderError::Unauthorized),
            (401, "INVALID_ACCESS_TOKEN", ProviderError::Unauthorized),
            (422, "INSUFFICIENT_CREDITS", ProviderError::OutOfCredits),
            (
                422,
                "INVALID_PARAMS",
                ProviderError::InvalidRequest("INVALID_PARAMS".to_owned()),
            ),
        ] {
            let body = json!({"error": "…", "error_code": code, "message": "…"});
            assert_eq!(refused(APOLLO, status, body).await, expected, "{code}");
        }
        let body = json!({"message": "slow down", "retry_after_seconds": 12});
        assert_eq!(
            refused(APOLLO, 429, body).await,
            ProviderError::RateLimited {
                retry_after: Some(std::time::Duration::from_secs(12))
            }
        );
    }

    /// The request id is larger than a script's numbers.
    const TASK: i64 = -7_729_515_760_484_695_001;

    fn nobody_began_it() -> Reply {
        reply(404, &json!({"error_code": "request_id_unknown"}))
    }

    async fn looked(status: u16, body: Value) -> Result<MobileLook, ProviderError> {
        let stub = Stub::start(vec![reply(status, &body)]).await;
        let looked = stub
            .provider(APOLLO)
            .look_at_mobile(&TASK.to_string())
            .await;
        let request = &stub.requests()[0];
        assert_eq!(request.uri.path(), format!("/webhook_result/{TASK}"));
        looked
    }

    #[tokio::test]
    async fn mobiles_are_begun_without_a_webhook_once_the_key_may_read_results() {
        let begun = json!({"person": {"id": "1", "name": "Ada Marlow"}, "request_id": TASK});
        let as_text = json!({"person": {"id": "1"}, "request_id": TASK.to_string()});
        let stub = Stub::start(vec![
            nobody_began_it(),
            reply(200, &begun),
            reply(200, &as_text),
            reply(200, &json!({"person": null})),
            reply(200, &json!({"person": {"id": "1"}})),
        ])
        .await;
        let provider = stub.provider(APOLLO);
        assert_eq!(provider.prices().mobile, Some(9_000));
        let mut person = person();
        person.work_email = Some(ADA.to_owned());
        for _ in 0..2 {
            let search = provider.begin_mobile(&person).await.unwrap();
            assert_eq!(search, MobileSearch::Begun(TASK.to_string()));
        }
        let nobody = provider.begin_mobile(&person).await.unwrap();
        assert_eq!(nobody, MobileSearch::Answered(Answer::nothing(Some(0))));
        // Matched and paid for, but not to be looked at.
        let lost = provider.begin_mobile(&person).await.unwrap_err();
        assert!(lost.may_be_charged(), "{lost:?}");
        let requests = stub.requests();
        assert_eq!(requests[0].uri.path(), "/webhook_result/1");
        let query = requests[1].uri.query().unwrap();
        assert!(query.contains("reveal_phone_number=true") && query.contains("poll_only=true"));
        assert!(!query.contains("webhook_url") && query.contains("email=ada"));
        assert!(
            requests[1..]
                .iter()
                .all(|asked| asked.uri.path() == "/people/match")
        );
    }

    #[tokio::test]
    async fn nothing_is_paid_with_a_key_that_may_not_read_results() {
        for (status, expected) in [
            (403, ProviderError::NotOffered),
            (401, ProviderError::Unauthorized),
            (500, ProviderError::Server(500)),
        ] {
            let body = json!({"error_code": "API_INACCESSIBLE"});
            let body = if status == 403 { body } else { json!({}) };
            let stub = Stub::start(vec![reply(status, &body)]).await;
            let refused = stub.provider(APOLLO).begin_mobile(&person()).await;
            assert_eq!(refused.unwrap_err(), expected);
            assert_eq!(stub.requests().len(), 1, "nobody was matched");
        }
    }

    #[tokio::test]
    async fn what_is_worked_on_is_looked_at() {
        let body = json!({"error_code": "result_pending", "retry_after_seconds": 30});
        let retry_after = Some(std::time::Duration::from_secs(30));
        assert_eq!(
            looked(404, body).await,
            Ok(MobileLook::Pending { retry_after })
        );
        let numbers = json!([
            {"raw_number": "+44 20 7946 0018", "sanitized_number": "+442079460018",
                "type_cd": "work_direct_phone", "status_cd": "valid_number"},
            {"raw_number": "+44 7700 900001", "sanitized_number": "+447700900001",
                "type_cd": "mobile", "status_cd": "valid_number"},
            {"raw_number": "+44 7700 900001", "sanitized_number": "+447700900001",
                "type_cd": "mobile"},
            {"raw_number": "+44 7700 900002", "type_cd": "mobile"},
            {"sanitized_number": "+447700900003", "type_cd": "mobile",
                "status_cd": "invalid_number"},
        ]);
        let done = json!({"status": "success", "credits_consumed": 8,
            "people": [{"id": "1", "status": "success", "phone_numbers": numbers}]});
        let MobileLook::Answered(answer) = looked(200, done).await.unwrap() else {
            panic!("it is over");
        };
        let found = ["+447700900001".to_owned(), "+44 7700 900002".to_owned()];
        assert_eq!(
            (answer.found.unwrap(), answer.cost),
            (found.to_vec(), Some(9_000))
        );
        // A match without a mobile is paid as a match.
        for people in [
            json!([]),
            json!([{"id": "1", "status": "failed"}]),
            json!([{"id": "1", "phone_numbers": []}]),
            json!([{"phone_numbers": [{"raw_number": "+442079460018", "type_cd": "other"}]}]),
        ] {
            let answer = looked(200, json!({"status": "success", "people": people})).await;
            let nothing = Answer::nothing(Some(1_000));
            assert_eq!(answer, Ok(MobileLook::Answered(nothing)), "{people}");
        }
    }

    #[tokio::test]
    async fn what_is_gone_ends_and_what_is_about_the_look_does_not() {
        for (status, code) in [
            (404, "request_id_unknown"),
            (410, "request_id_expired"),
            (400, "invalid_request_id"),
        ] {
            let error = looked(status, json!({"error_code": code}))
                .await
                .unwrap_err();
            assert_eq!(error, ProviderError::Gone, "{code}");
            assert!(error.may_be_charged() && !error.is_about_the_look());
        }
        for status in [401, 500, 503] {
            let error = looked(status, json!({})).await.unwrap_err();
            assert!(error.is_about_the_look(), "{status}: {error:?}");
        }
        let limited = looked(429, json!({"retry_after_seconds": 7})).await;
        assert!(matches!(limited, Err(ProviderError::RateLimited { .. })));
        let body = json!({"status": "success"});
        let error = looked(200, body).await.unwrap_err();
        assert_eq!(error, ProviderError::Malformed("no people"));
        let numbers = json!([{"raw_number": "1\u{1}2", "type_cd": "mobile"}]);
        let body = json!({"people": [{"phone_numbers": numbers}]});
        let error = looked(200, body).await.unwrap_err();
        assert_eq!(error, ProviderError::Malformed("no number"));
        // What is kept goes into a path.
        let stub = Stub::start(Vec::new()).await;
        let error = stub
            .provider(APOLLO)
            .look_at_mobile("../people/match")
            .await;
        assert_eq!(error.unwrap_err(), ProviderError::Gone);
        assert!(stub.requests().is_empty());
    }
}

mod snov {
    use super::*;

    const SNOV: ProviderKind = ProviderKind::Snov;

    fn token() -> Reply {
        reply(
            200,
            &json!({"access_token": "tok", "token_type": "Bearer", "expires_in": 3600}),
        )
    }

    fn started() -> Reply {
        reply(200, &json!({"task_hash": "h1", "status": "in_progress"}))
    }

    fn done(row: &Value) -> Reply {
        reply(200, &json!({"status": "completed", "data": [row]}))
    }

    #[tokio::test]
    async fn finds_after_a_while_and_keeps_its_token() {
        let row = |status: &str| json!({"first_name": "Ada", "email": ADA, "confidence": 91, "status": status});
        let working = || reply(200, &json!({"status": "in_progress", "data": []}));
        let stub = Stub::start(vec![
            token(),
            started(),
            working(),
            done(&row("valid")),
            started(),
            done(&row("not_valid")),
            started(),
            done(&row("unknown")),
        ])
        .await;
        let provider = stub.provider(SNOV);
        for (expected, cost) in [
            (Deliverability::Valid, 1_000),
            (Deliverability::Invalid, 0),
            (Deliverability::Unknown, 1_000),
        ] {
            let answer = provider.find_email(&person()).await.unwrap();
            assert_eq!(answer.cost, Some(cost));
            let found = answer.found.unwrap();
            assert_eq!(
                (found.deliverability, found.confidence),
                (expected, Some(91))
            );
        }
        let requests = stub.requests();
        let paths: Vec<_> = requests.iter().map(|request| request.uri.path()).collect();
        assert_eq!(
            paths
                .iter()
                .filter(|path| path.ends_with("access_token"))
                .count(),
            1
        );
        assert_eq!(requests[0].body["grant_type"], json!("client_credentials"));
        assert_eq!(requests[0].body["client_id"], json!("key-7b1e"));
        assert_eq!(
            requests[2].uri.to_string(),
            "/v2/emails-by-domain-by-name/result?task_hash=h1"
        );
    }

    /// The shape of the provider's own reference.
    #[tokio::test]
    async fn finds_within_a_list_of_results() {
        let nested = |status: &str, reason: Value| {
            json!({"people": "Ada Marlow", "result": [{"email": ADA, "smtp_status": status,
                "is_valid_format": true, "is_disposable": false,
                "unknown_status_reason": reason}]})
        };
        for (row, expected, cost) in [
            (nested("valid", Value::Null), Deliverability::Valid, 1_000),
            (
                nested("unknown", json!("catchall")),
                Deliverability::AcceptAll,
                1_000,
            ),
            (
                nested("unknown", json!("Catchall")),
                Deliverability::AcceptAll,
                1_000,
            ),
            (
                nested("unknown", json!("greylist")),
                Deliverability::Unknown,
                1_000,
            ),
            (nested("not_valid", Value::Null), Deliverability::Invalid, 0),
            (
                json!({"result": [
                    {"email": "am@acme.example", "smtp_status": "unknown"},
                    {"email": ADA, "smtp_status": "valid"},
                    {"email": "x@acme.example", "smtp_status": "valid"},
                ]}),
                Deliverability::Valid,
                3_000,
            ),
        ] {
            let begun = reply(200, &json!({"data": {"task_hash": "h1"}, "meta": {}}));
            let (answer, _stub) = find(SNOV, vec![token(), begun, done(&row)]).await;
            let answer = answer.unwrap();
            let found = answer.found.unwrap();
            assert_eq!(
                (found.email, found.deliverability, answer.cost),
                (ada(), expected, Some(cost)),
                "{row}"
            );
        }
    }

    #[tokio::test]
    async fn a_row_that_cannot_be_read_is_no_miss() {
        for row in [
            json!({"people": "Ada Marlow"}),
            json!({"result": {"emails": [{"email": ADA}]}}),
            json!({"result": [{"address": ADA}]}),
            json!({"result": null}),
        ] {
            let (answer, _stub) = find(SNOV, vec![token(), started(), done(&row)]).await;
            let error = answer.unwrap_err();
            assert_eq!(error, ProviderError::Malformed("no address field"), "{row}");
            assert!(error.may_be_charged());
        }
        let bare = reply(200, &json!({"status": "completed"}));
        let (answer, _stub) = find(SNOV, vec![token(), started(), bare]).await;
        assert_eq!(answer.unwrap_err(), ProviderError::Malformed("no data"));
    }

    #[tokio::test]
    async fn too_few_credits_are_told_by_the_tasks_status() {
        let poor = || reply(200, &json!({"status": "not_enough_credits", "data": []}));
        for replies in [vec![token(), started(), poor()], vec![token(), poor()]] {
            let (answer, _stub) = find(SNOV, replies).await;
            assert_eq!(answer.unwrap_err(), ProviderError::OutOfCredits);
        }
    }

    #[tokio::test]
    async fn misses() {
        for row in [
            json!({"email": null, "status": null}),
            json!({"email": ""}),
            json!({"people": "Ada Marlow", "result": []}),
            json!({"result": [{"email": null, "smtp_status": null}]}),
        ] {
            let (answer, _stub) = find(SNOV, vec![token(), started(), done(&row)]).await;
            assert_eq!(answer.unwrap(), Answer::nothing(Some(0)), "{row}");
        }
        let empty = reply(200, &json!({"status": "completed", "data": []}));
        let (answer, _stub) = find(SNOV, vec![token(), started(), empty]).await;
        assert_eq!(answer.unwrap().found, None);
    }

    #[tokio::test]
    async fn finds_a_companys_domain() {
        for (row, expected) in [
            (
                json!({"name": "Acme Robotics", "domain": "acme.example"}),
                Some("acme.example"),
            ),
            (
                json!({"name": "Acme Robotics", "result": {"domain": "Acme.example"}}),
                Some("acme.example"),
            ),
            (
                json!({"result": {"url": "https://www.acme.example/en?x=1"}}),
                Some("acme.example"),
            ),
            (json!({"name": "Acme Robotics", "domain": null}), None),
            (json!({"name": "Acme Robotics", "result": {}}), None),
            (json!(null), None),
        ] {
            let working = reply(200, &json!({"status": "in_progress", "data": []}));
            let replies = vec![token(), started(), working, done(&row)];
            let stub = Stub::start(replies).await;
            let answer = stub.provider(SNOV).find_domain("Acme Robotics").await;
            let answer = answer.unwrap();
            assert_eq!(
                answer.cost,
                Some(if expected.is_some() { 1_000 } else { 0 })
            );
            let found = answer.found.map(|domain| domain.as_str().to_owned());
            assert_eq!(found.as_deref(), expected, "{row}");
            let requests = stub.requests();
            assert_eq!(requests[1].uri.path(), "/v2/company-domain-by-name/start");
            assert_eq!(requests[1].body, json!({"names": ["Acme Robotics"]}));
            assert_eq!(
                requests[2].uri.to_string(),
                "/v2/company-domain-by-name/result?task_hash=h1"
            );
        }
    }

    #[tokio::test]
    async fn what_goes_wrong_with_a_companys_domain() {
        let odd = done(&json!({"domain": "no domain at all"}));
        let failed = || reply(502, &json!({}));
        let row = done(&json!({"domain": "acme.example"}));
        for (last, expected) in [
            (
                vec![started(), odd],
                Err(ProviderError::Malformed("no domain")),
            ),
            (
                vec![reply(402, &json!({}))],
                Err(ProviderError::OutOfCredits),
            ),
            (
                vec![reply(200, &json!({"surprise": 1}))],
                Err(ProviderError::Malformed("no task hash")),
            ),
            (vec![started(), failed(), row], Ok("acme.example")),
        ] {
            let mut replies = vec![token()];
            replies.extend(last);
            let stub = Stub::start(replies).await;
            let answer = stub.provider(SNOV).find_domain("Acme").await;
            let answer = answer.map(|answer| answer.found.unwrap());
            assert_eq!(
                answer.as_ref().map(|domain| domain.as_str()),
                expected.as_ref().map(|d| *d)
            );
        }
        // Others do not offer it.
        let stub = Stub::start(Vec::new()).await;
        let provider = stub.provider(ProviderKind::Hunter);
        assert_eq!(provider.prices().domain, None);
        assert_eq!(
            provider.find_domain("Acme").await.unwrap_err(),
            ProviderError::NotOffered
        );
    }

    #[tokio::test]
    async fn a_wrong_secret_is_told_by_either_status() {
        for status in [400, 401] {
            let body = json!({"error": "invalid_client", "error_description": "…"});
            assert_eq!(
                refused(SNOV, status, body).await,
                ProviderError::Unauthorized
            );
        }
    }

    #[tokio::test]
    async fn a_revoked_token_is_fetched_anew() {
        let row = json!({"email": ADA, "status": "valid"});
        let gone = || reply(401, &json!({}));
        let other = reply(200, &json!({"access_token": "tok2", "expires_in": 3600}));
        // When a search is handed in, and while it is worked on: nothing is handed in twice.
        let stub = Stub::start(vec![
            token(),
            gone(),
            token(),
            started(),
            gone(),
            other,
            done(&row),
        ])
        .await;
        let answer = stub.provider(SNOV).find_email(&person()).await;
        assert!(answer.unwrap().found.is_some());
        assert_eq!(stub.unused(), 0);
        let requests = stub.requests();
        assert_eq!(requests[6].headers["authorization"], "Bearer tok2");
        assert_eq!(requests[6].uri, requests[4].uri);
        // Once only: a key that was revoked is told.
        let stub = Stub::start(vec![token(), gone(), token(), gone()]).await;
        let error = stub.provider(SNOV).find_email(&person()).await.unwrap_err();
        assert_eq!(error, ProviderError::Unauthorized);
    }

    #[tokio::test]
    async fn verifies() {
        for (row, expected) in [
            (
                json!({"email": ADA, "status": "valid"}),
                Deliverability::Valid,
            ),
            (
                json!({"email": ADA, "result": {"smtp_status": "not_valid"}}),
                Deliverability::Invalid,
            ),
            (
                json!({"email": ADA, "status": "unknown"}),
                Deliverability::Unknown,
            ),
            (
                json!({"email": ADA, "result": {"smtp_status": "unknown",
                    "unknown_status_reason": "catchall"}}),
                Deliverability::AcceptAll,
            ),
        ] {
            let replies = vec![token(), started(), done(&row)];
            assert_eq!(verdict(SNOV, replies).await, Ok(expected), "{row}");
        }
    }
}
