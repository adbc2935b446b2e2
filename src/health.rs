//! The health figure: how many of the fields that a page kind usually gives the last captures
//! had. When it falls, the site has probably changed its markup.
//!
//! Which fields are expected stands in the rule files, by page kind. What is kept are field
//! names and one bit for each of the last captures: nothing of a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::page::ParsedPage;
use crate::sites::draft::Field;

/// Captures looked back on, for each page kind.
pub const CAPTURES_MAX: u32 = 20;

/// So many captures in a row without a field that was there before are no chance.
const RECENT: u32 = 4;

/// A field can be relied on once it was there in three of four captures, out of at least so
/// many.
const RELIED_ON_AFTER: u32 = 4;

/// So many looks in a row at pages that were never recognised (`loading`) are no chance: one
/// is often a page that is slow, or a navigation half done.
const LOOKS: u32 = 3;

/// The page kind of what is not recognised, or not yet.
const LOADING: &str = "loading";

/// What stands for the fields of a page that is not recognised.
const PAGE: &str = "page";

/// Most fields remembered: rule files expect some hundred, over all page kinds.
const FIELDS_MAX: usize = 1_000;

/// What the last captures had, by page kind and field. Stored as a map of texts, from
/// `linkedin profile title` to `20 1048575 1`: captures, which of them had the field (the newest
/// in the lowest bit), whether it could be relied on once. One type less in the core, and
/// nothing in it that could be of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Health(pub(crate) BTreeMap<String, String>);

/// How often one field was there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct FieldHealth {
    /// Captures since it is expected, at most [`CAPTURES_MAX`].
    captures: u32,
    /// Which of them had it, the newest in the lowest bit.
    had: u32,
    /// Whether it was there most of the time once.
    relied_on: bool,
}

/// The health figure of one page kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HealthFigure {
    /// Captures counted.
    pub captures: u32,
    /// Expected fields that they had.
    pub had: u32,
    /// Expected fields in all.
    pub expected: u32,
    /// Whether the figure has fallen: the page seems to have changed.
    pub changed: bool,
}

impl FieldHealth {
    /// What is stored of a field; what cannot be read counts as nothing.
    fn read(stored: &str) -> Self {
        let mut parts = stored.split(' ').map(|part| part.parse().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        Self {
            captures: next().min(CAPTURES_MAX),
            had: next() & ALL,
            relied_on: next() == 1,
        }
    }

    fn stored(self) -> String {
        format!(
            "{} {} {}",
            self.captures,
            self.had,
            u8::from(self.relied_on)
        )
    }

    fn record(&mut self, has: bool) {
        self.had = ((self.had << 1) | u32::from(has)) & ALL;
        self.captures = (self.captures + 1).min(CAPTURES_MAX);
        self.relied_on |=
            self.captures >= RELIED_ON_AFTER && 4 * self.had.count_ones() >= 3 * self.captures;
    }

    fn recent(self) -> u32 {
        (self.had & ((1 << RECENT) - 1)).count_ones()
    }
}

/// A bit for each capture looked back on.
const ALL: u32 = (1 << CAPTURES_MAX) - 1;

impl Health {
    /// Counts a look at a page, captured or not: how many in a row were not recognised. One
    /// that gives leads ends the row.
    pub fn look(&mut self, page: &ParsedPage) {
        let key = [&prefix(&page.page.site, LOADING), PAGE].concat();
        if page.page.kind == LOADING {
            let known = self.0.get(&key).map(|stored| FieldHealth::read(stored));
            let mut looks = known.unwrap_or_default();
            looks.record(false);
            if known.is_some() || self.0.len() < FIELDS_MAX {
                self.0.insert(key, looks.stored());
            }
        } else if !page.leads.is_empty() {
            self.0.remove(&key);
        }
    }

    /// Counts a capture. A list has a field where at least half of its rows have it; a page
    /// of a known kind without any lead has none.
    pub fn record(&mut self, expected: &[String], page: &ParsedPage) {
        self.look(page);
        let prefix = prefix(&page.page.site, &page.page.kind);
        for name in expected {
            let key = [&prefix, name.as_str()].concat();
            let known = self.0.get(&key).map(|stored| FieldHealth::read(stored));
            let mut field = known.unwrap_or_default();
            let rows = page.leads.iter();
            let with = rows.filter(|lead| Field::named(name).is_some_and(|f| f.of(lead).is_some()));
            field.record(!page.leads.is_empty() && 2 * with.count() >= page.leads.len());
            if known.is_some() || self.0.len() < FIELDS_MAX {
                self.0.insert(key, field.stored());
            }
        }
        // Newer rules may expect other fields; the others would stand still for ever.
        for (key, stored) in &mut self.0 {
            let field = key.strip_prefix(&prefix).filter(|_| !expected.is_empty());
            if field.is_some_and(|field| !expected.iter().any(|name| name == field)) {
                stored.clear();
            }
        }
    }

    /// The figure of a page kind: nothing expected where none was captured.
    ///
    /// It has fallen where a field that could be relied on is missing in each of the last
    /// captures, or where these lack more than half of all that is expected. For `loading` it
    /// counts looks in a row, and has fallen with the third.
    #[must_use]
    pub fn figure(&self, site: &str, kind: &str) -> HealthFigure {
        let mut figure = HealthFigure::default();
        let (mut had, mut expected) = (0, 0);
        for (_, field) in self.fields_of(site, kind) {
            figure.captures = figure.captures.max(field.captures);
            figure.had += field.had.count_ones();
            figure.expected += field.captures;
            figure.changed |= field.relied_on && field.recent() == 0;
            if field.captures >= RECENT {
                had += field.recent();
                expected += RECENT;
            }
        }
        figure.changed |= 2 * had < expected;
        if kind == LOADING {
            figure.changed = figure.captures >= LOOKS;
        }
        figure
    }

    /// The figures in words, by page kind: `linkedin profile` → `117 of 120 expected fields in
    /// the last 20 captures`.
    #[must_use]
    pub fn in_words(&self) -> BTreeMap<String, String> {
        let mut words = BTreeMap::new();
        for key in self.0.keys() {
            let mut parts = key.split(' ');
            let (Some(site), Some(kind)) = (parts.next(), parts.next()) else {
                continue;
            };
            let figure = self.figure(site, kind);
            let changed = if figure.changed {
                "; these pages seem to have changed"
            } else {
                ""
            };
            if kind == LOADING {
                let looks = figure.captures;
                let value = format!("not recognised {looks} times in a row{changed}");
                words.insert([site, " ", kind].concat(), value);
                continue;
            }
            let value = format!(
                "{} of {} expected fields in the last {} captures{changed}",
                figure.had, figure.expected, figure.captures
            );
            words.insert([site, " ", kind].concat(), value);
        }
        words
    }

    /// The expected fields of one page kind, with how often each was there of how many.
    pub fn fields(&self, site: &str, kind: &str) -> impl Iterator<Item = (&str, u32, u32)> {
        self.fields_of(site, kind)
            .map(|(name, field)| (name, field.had.count_ones(), field.captures))
    }

    fn fields_of(&self, site: &str, kind: &str) -> impl Iterator<Item = (&str, FieldHealth)> {
        let prefix = prefix(site, kind);
        self.0.iter().filter_map(move |(key, stored)| {
            let name = key.strip_prefix(&prefix)?;
            let field = FieldHealth::read(stored);
            (field.captures > 0).then_some((name, field))
        })
    }
}

fn prefix(site: &str, kind: &str) -> String {
    [site, " ", kind, " "].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::{Lead, LeadKind};
    use proptest::prelude::*;

    fn expected() -> Vec<String> {
        ["full_name", "title"].map(str::to_owned).to_vec()
    }

    /// A page with a row for each entry: its title, or none.
    fn page(titles: &[bool]) -> ParsedPage {
        let mut page = ParsedPage::empty("linkedin", "profile", None);
        for has in titles {
            let mut lead = Lead::new(LeadKind::Person);
            lead.full_name = Some("Ada Example".to_owned());
            lead.title = has.then(|| "Engineer".to_owned());
            page.leads.push(lead);
        }
        page
    }

    fn after(pages: &[ParsedPage]) -> HealthFigure {
        let mut health = Health::default();
        for page in pages {
            health.record(&expected(), page);
        }
        health.figure("linkedin", "profile")
    }

    #[test]
    fn a_figure_counts_the_expected_fields_of_the_last_captures() {
        let figure = after(&[page(&[true]), page(&[false]), page(&[true, true, false])]);
        assert_eq!((figure.captures, figure.had, figure.expected), (3, 5, 6));
        assert!(!figure.changed);
        let many = vec![page(&[true]); 100];
        assert_eq!(after(&many).expected, 2 * CAPTURES_MAX);
    }

    #[test]
    fn a_field_that_goes_missing_is_a_change_until_it_is_back() {
        let mut pages = vec![page(&[true]); 6];
        pages.extend(vec![page(&[false]); 3]);
        assert!(!after(&pages).changed, "three may be chance");
        pages.push(page(&[false]));
        assert!(after(&pages).changed);
        // Still, when the good captures are long out of sight.
        pages.extend(vec![page(&[false]); 60]);
        assert!(after(&pages).changed);
        pages.push(page(&[true]));
        assert!(!after(&pages).changed);
    }

    #[test]
    fn a_field_that_is_often_missing_is_none() {
        let pages: Vec<_> = (0..40).map(|n| page(&[n % 5 == 0])).collect();
        assert!(!after(&pages).changed);
    }

    #[test]
    fn a_page_that_gives_nothing_is_a_change_without_any_history() {
        assert!(!after(&vec![page(&[]); 3]).changed);
        assert!(after(&vec![page(&[]); 4]).changed);
    }

    #[test]
    fn the_third_page_in_a_row_that_is_not_recognised_is_a_change() {
        let loading = ParsedPage::empty("linkedin", "loading", None);
        let mut health = Health::default();
        let changed = |health: &Health| health.figure("linkedin", "loading").changed;
        for _ in 0..2 {
            health.look(&loading);
            assert!(!changed(&health), "may be slow");
        }
        // One that is read ends the row; one without anything to read says nothing.
        health.record(&expected(), &page(&[true]));
        for _ in 0..2 {
            health.record(&[], &loading);
            health.look(&ParsedPage::empty("linkedin", "feed", None));
            assert!(!changed(&health));
        }
        health.look(&loading);
        assert!(changed(&health));
        let words = health.in_words();
        let said = "not recognised 3 times in a row; these pages seem to have changed";
        assert_eq!(
            words.get("linkedin loading").map(String::as_str),
            Some(said)
        );
        // Other kinds and sites have nothing to do with it.
        assert!(!health.figure("linkedin", "profile").changed);
        assert!(!health.figure("crunchbase", "loading").changed);
        for _ in 0..40 {
            health.look(&loading);
        }
        assert!(changed(&health));
        health.look(&page(&[true]));
        assert_eq!(
            health.figure("linkedin", "loading"),
            HealthFigure::default()
        );
    }

    #[test]
    fn newer_rules_may_expect_other_fields() {
        let mut health = Health::default();
        for _ in 0..5 {
            health.record(&expected(), &page(&[true]));
        }
        let other = ["headline", "full_name"].map(str::to_owned);
        health.record(&other, &page(&[true]));
        let fields: Vec<_> = health.fields("linkedin", "profile").collect();
        assert_eq!(fields, [("full_name", 6, 6), ("headline", 0, 1)]);
        // A kind that nothing is expected of is not counted.
        health.record(&[], &ParsedPage::empty("linkedin", "feed", None));
        assert_eq!(health.figure("linkedin", "feed"), HealthFigure::default());
        // A kind whose name begins alike is another one.
        assert_eq!(health.fields("linkedin", "pro").count(), 0);
        let words = health.in_words();
        let figure = "6 of 7 expected fields in the last 6 captures";
        assert_eq!(
            words.get("linkedin profile").map(String::as_str),
            Some(figure)
        );
    }

    proptest! {
        /// Whatever is stored.
        #[test]
        fn anything_stored_is_read(stored in "[0-9 a-]{0,30}") {
            let entry = ("linkedin profile title".to_owned(), stored);
            let figure = Health([entry].into()).figure("linkedin", "profile");
            prop_assert!(figure.had <= CAPTURES_MAX);
        }

        /// Whatever was captured, the figure stays within its bounds.
        #[test]
        fn figures_are_shares(captures in proptest::collection::vec(proptest::collection::vec(any::<bool>(), 0..4), 1..60)) {
            let pages: Vec<_> = captures.iter().map(|titles| page(titles)).collect();
            let figure = after(&pages);
            prop_assert!(figure.had <= figure.expected);
            prop_assert!(figure.captures <= CAPTURES_MAX);
        }
    }
}
