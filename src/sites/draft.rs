//! Building a lead from strategies, with provenance.

use crate::dom;
use crate::headline;
pub use crate::lead::Field;
use crate::lead::{ALSO_AT_MAX, FIELD_CHARS_MAX, Lead, LeadKind, Position};
use crate::name;
use crate::page::Note;

/// A lead being read. Strategies are offered in order, the most durable first: the first
/// value wins, a later one that differs leaves a note.
#[derive(Debug)]
pub struct Draft {
    lead: Lead,
    notes: Vec<Note>,
}

impl Draft {
    /// An empty draft of a person.
    #[must_use]
    pub fn person() -> Self {
        Self::new(LeadKind::Person)
    }

    /// An empty draft of a company.
    #[must_use]
    pub fn company() -> Self {
        Self::new(LeadKind::Company)
    }

    fn new(kind: LeadKind) -> Self {
        Self {
            lead: Lead::new(kind),
            notes: Vec::new(),
        }
    }

    /// Offers a value for a field. Empty values count as absent; white space is collapsed.
    pub fn offer(&mut self, field: Field, strategy: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.offer_text(field, strategy, value.as_ref());
        }
    }

    fn offer_text(&mut self, field: Field, strategy: &str, value: &str) {
        let value = clean(value);
        if value.is_empty() {
            return;
        }
        let slot = field.slot(&mut self.lead);
        match slot {
            None => {
                *slot = Some(value);
                self.lead
                    .provenance
                    .insert(field.name().to_owned(), strategy.to_owned());
            }
            Some(won) => {
                if !agrees(won, &value) {
                    self.note(field.name(), strategy, "disagrees with the value taken");
                }
            }
        }
    }

    /// Whether a field has a value already.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.get(field).is_some()
    }

    /// The value a field has so far.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&str> {
        field.of(&self.lead)
    }

    /// Adds a further current position.
    pub fn other_position(&mut self, position: Position) {
        if self.lead.other_positions.len() < 20 {
            self.lead.other_positions.push(position);
        }
    }

    /// Adds an address of the same person or company elsewhere; one that is known already
    /// changes nothing.
    pub fn also_at(&mut self, address: Option<String>) {
        if let Some(address) = address
            && self.lead.profile_url.as_ref() != Some(&address)
            && !self.lead.also_at.contains(&address)
            && self.lead.also_at.len() < ALSO_AT_MAX
        {
            self.lead.also_at.push(address);
        }
    }

    /// Adds a note.
    pub fn note(&mut self, field: &str, strategy: &str, reason: &str) {
        self.notes.push(Note {
            field: field.to_owned(),
            strategy: strategy.to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// Takes title and company from the headline where no strategy gave them. The headline's
    /// company is left out where `company` is known and the headline names another one: the
    /// headline's title then belongs to it.
    pub fn read_headline(&mut self) {
        let Some(line) = self.lead.headline.clone() else {
            return;
        };
        if self.has(Field::Title) && self.has(Field::Company) {
            return;
        }
        let stated = headline::split(&line);
        if !self.has(Field::Title) {
            let title = match self.lead.company.as_deref() {
                Some(company) => headline::title_beside(&line, company),
                None => stated.title,
            };
            self.offer(Field::Title, "headline", title);
        }
        if !self.has(Field::Company) {
            self.offer(Field::Company, "headline", stated.company);
        }
    }

    /// Takes from the headline the title that a position leaves out, masked for visitors, where
    /// the headline states none of another company.
    pub fn complete_from_headline(&mut self) {
        let Some(line) = self.lead.headline.clone() else {
            return;
        };
        if let (None, Some(company)) = (&self.lead.title, &self.lead.company) {
            let title = headline::title_at(&line, company);
            self.offer(Field::Title, "headline", title);
        }
    }

    /// Completes the lead: splits the name, drops the parts that are missing.
    #[must_use]
    pub fn finish(mut self) -> (Lead, Vec<Note>) {
        match (self.lead.kind, self.lead.full_name.clone()) {
            (LeadKind::Person, Some(full)) => {
                let parts = name::parse(&full);
                let by = "name_parts";
                if self.lead.first_name.is_none() && self.lead.last_name.is_none() {
                    self.offer(Field::FirstName, by, parts.given);
                    self.offer(Field::MiddleName, by, parts.middle);
                    self.offer(Field::LastName, by, parts.family);
                }
            }
            (LeadKind::Company, Some(full)) if self.lead.company.is_none() => {
                let by = self.lead.provenance.get("full_name").cloned();
                self.offer(
                    Field::Company,
                    by.as_deref().unwrap_or_default(),
                    Some(full),
                );
            }
            _ => {}
        }
        (self.lead, self.notes)
    }
}

/// Collapses white space and cuts to the longest text kept.
fn clean(value: &str) -> String {
    // Cut before collapsing: a hostile value may be megabytes of spaces.
    let cut: String = value.chars().take(4 * FIELD_CHARS_MAX).collect();
    let collapsed = dom::collapse(&cut);
    match collapsed.char_indices().nth(FIELD_CHARS_MAX) {
        Some((at, _)) => collapsed
            .get(..at)
            .unwrap_or_default()
            .trim_end()
            .to_owned(),
        None => collapsed,
    }
}

/// Whether two readings of a field say the same, but for case and punctuation.
fn agrees(a: &str, b: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(crate::unicode::lower_char)
            .collect()
    };
    letters(a) == letters(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_strategy_wins_and_disagreement_is_noted() {
        let mut draft = Draft::person();
        draft.offer(Field::FullName, "empty", Some(" \u{a0}"));
        draft.offer(Field::FullName, "json_ld", Some("Ada  Example"));
        draft.offer(Field::FullName, "dom", Some("ADA EXAMPLE"));
        draft.offer(Field::FullName, "meta", Some("Bob Example"));
        let (lead, notes) = draft.finish();
        assert_eq!(lead.full_name.as_deref(), Some("Ada Example"));
        assert_eq!(
            lead.provenance.get("full_name").map(String::as_str),
            Some("json_ld")
        );
        let strategies: Vec<&str> = notes.iter().map(|n| n.strategy.as_str()).collect();
        assert_eq!(strategies, ["meta"]);
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        let mut draft = Draft::person();
        draft.offer(Field::Headline, "dom", Some("é".repeat(1_000_000)));
        let (lead, _) = draft.finish();
        assert_eq!(
            lead.headline.map(|text| text.chars().count()),
            Some(FIELD_CHARS_MAX)
        );
    }
}
