//! The settings on unlocking numbers with each capture.

use leptos::prelude::{event_target_checked, event_target_value};

use super::capture::{submit, text_field};
use super::parts::{Page, paragraphs};
use crate::node::{Element, el};
use crate::session::Model;
use crate::view::auto_unlock::{AutoUnlockView, MODES, Rule, auto_unlock, change};

/// The member's setting, and for whoever may change it the account's rule.
pub(crate) fn settings(page: Page<'_>) -> Vec<Element> {
    let Some(shown) = auto_unlock(&page.model.known) else {
        return Vec::new();
    };
    let mut parts = vec![choice(page, &shown)];
    parts.extend(paragraphs("hint", &shown.hints));
    parts.extend(shown.rule.map(|stored| {
        let rule = page.model.typed.rule.clone().unwrap_or(stored);
        self::rule(page, rule)
    }));
    parts
}

fn choice(page: Page<'_>, shown: &AutoUnlockView) -> Element {
    let session = page.session;
    el("label")
        .class("check")
        .child(
            el("input")
                .set("type", "checkbox")
                .test_id("auto-unlock")
                .set_if(shown.locked, "disabled", "")
                .checked(page.model.typed.choice.unwrap_or(shown.on))
                .on("change", move |event| {
                    let on = event_target_checked(&event);
                    session.update(|model: &mut Model| model.typed.choice = Some(on));
                    let on = if on {
                        r#"{"auto_unlock":true}"#
                    } else {
                        r#"{"auto_unlock":false}"#
                    };
                    session.server(
                        "members/me".to_owned(),
                        Some(("PATCH", on.to_owned())),
                        |_, _| {},
                    );
                }),
        )
        .text("Unlock mobile numbers with each capture")
}

fn rule(page: Page<'_>, rule: Rule) -> Element {
    let session = page.session;
    let keep = move |edit: fn(&mut Rule, String), rule: &Rule| {
        let rule = rule.clone();
        move |event| {
            let mut rule = rule.clone();
            edit(&mut rule, event_target_value(&event));
            session.update(|model: &mut Model| model.typed.rule = Some(rule));
        }
    };
    let field = |label: &str, id: &'static str, value: &str, edit: fn(&mut Rule, String)| {
        el("div")
            .key(id.to_owned())
            .class("field")
            .child(el("label").set("for", id).text(label))
            .child(text_field(id, id, "numeric", value).on("input", keep(edit, &rule)))
    };
    let daily = field(
        "Most in a day, for each member",
        "daily-cap",
        &rule.daily_cap,
        |rule, text| rule.daily_cap = text,
    );
    let quality = field(
        "Least quality that has to be promised (0 to 100)",
        "minimum-quality",
        &rule.minimum_quality,
        |rule, text| rule.minimum_quality = text,
    );
    let modes = MODES.iter().map(|(mode, words)| {
        let mode: &'static str = mode;
        let rule_of = rule.clone();
        el("label")
            .key(mode.to_owned())
            .class("check")
            .child(
                el("input")
                    .set("type", "radio")
                    .set("name", "mode")
                    .test_id(mode)
                    .checked(rule.mode == mode)
                    .on("change", move |_| {
                        let mut rule = rule_of.clone();
                        rule.mode = mode.to_owned();
                        session.update(|model: &mut Model| model.typed.rule = Some(rule));
                    }),
            )
            .text(words)
    });
    let typed = rule.clone();
    el("form")
        .class("rule")
        .test_id("rule")
        .on("submit", move |event| {
            event.prevent_default();
            match change(&typed) {
                Ok(body) => {
                    session.server("settings".to_owned(), Some(("PUT", body)), |session, _| {
                        session.update(|model: &mut Model| model.typed.rule = None);
                    })
                }
                Err(why) => session.fail("rule", why),
            }
        })
        .child(el("h3").text("The account's rule"))
        .children(modes)
        .child(daily)
        .child(quality)
        .child(submit(page, "save-rule", "Save the rule"))
}
