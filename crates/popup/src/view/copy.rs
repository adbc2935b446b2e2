//! What the Copy buttons put on the clipboard.

use lode_core::lead::Lead;
use lode_core::protocol::CaptureCard;

use super::leads::name;
use super::reasons::verdict;

/// A Copy button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyItem {
    /// Which one, for the browser tests too.
    pub test_id: &'static str,
    /// The button's text.
    pub label: &'static str,
    /// Its full name, for a screen reader.
    pub spoken: &'static str,
    /// What is copied.
    pub value: String,
}

/// The Copy buttons under a result; the one for the address stands beside it.
#[must_use]
pub fn items(card: &CaptureCard) -> Vec<CopyItem> {
    let mut items = lead_items(&card.lead);
    items.push(CopyItem {
        test_id: "copy-lead",
        label: "Everything",
        spoken: "Copy everything about this lead",
        value: whole(card),
    });
    items
}

fn lead_items(lead: &Lead) -> Vec<CopyItem> {
    let mut items = vec![CopyItem {
        test_id: "copy-name",
        label: "Name",
        spoken: "Copy name",
        value: one_line(&name(lead)),
    }];
    if let Some(url) = &lead.profile_url {
        items.push(CopyItem {
            test_id: "copy-link",
            label: "Profile link",
            spoken: "Copy profile link",
            value: one_line(url),
        });
    }
    items
}

/// The lead as lines of text, each field on one line.
#[must_use]
pub fn whole(card: &CaptureCard) -> String {
    let lead = &card.lead;
    let mut text = one_line(&name(lead));
    let mut line = |label: &str, value: Option<&str>| {
        if let Some(value) = value {
            text.push('\n');
            text.push_str(label);
            text.push_str(&one_line(value));
        }
    };
    line("Title: ", lead.title.as_deref());
    line("Company: ", lead.company.as_deref());
    if let Some(email) = &card.email {
        let sure = [
            &email.address,
            " (",
            verdict(email.status).0,
            ", ",
            &email.score.to_string(),
            " %)",
        ]
        .concat();
        line("E-mail: ", Some(&sure));
    }
    for phone in card.mobile.iter().flat_map(|mobile| &mobile.phones) {
        line("Phone: ", Some(&phone.number));
    }
    line("Location: ", lead.location.as_deref());
    line("Profile: ", lead.profile_url.as_deref());
    line(
        "Website: ",
        lead.website.as_deref().or(lead.company_domain.as_deref()),
    );
    text
}

/// Page text as one line: a name with a line break must not make a second field.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_whole_lead() {
        assert_eq!(
            whole(&sample::found_card()),
            "Ilse Varga-Brandt\n\
             Title: Head of Drilling\n\
             Company: Kestrel Ore\n\
             E-mail: ilse.varga-brandt@kestrel-ore.example (Verified, 100 %)\n\
             Location: Kiruna, Sweden\n\
             Profile: https://www.linkedin.com/in/ilse-varga-brandt\n\
             Website: https://kestrel-ore.example"
        );
    }

    #[test]
    fn a_field_cannot_forge_another() {
        let mut card = sample::found_card();
        card.lead.full_name = Some("Ada\r\nE-mail:\u{0} evil@x.example".to_owned());
        assert!(whole(&card).starts_with("Ada E-mail: evil@x.example\nTitle: "));
    }

    #[test]
    fn no_link_button_without_a_link() {
        let mut card = sample::found_card();
        card.lead.profile_url = None;
        let buttons: Vec<_> = items(&card).iter().map(|i| i.test_id).collect();
        assert_eq!(buttons, ["copy-name", "copy-lead"]);
    }
}
