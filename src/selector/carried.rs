//! Whether a selector asks only for what a reduced page still has.

use super::{Complex, Compound, Part, Selector};

/// What a reduced page still has of the whole one.
pub struct Carried<'l> {
    /// The attributes that it keeps.
    pub attributes: &'l [&'l str],
    /// The elements that it leaves out, with all in them.
    pub dropped: &'l [&'l str],
    /// The elements that it leaves out where they have an `id`.
    pub dropped_with_id: &'l [&'l str],
    /// The elements among these that it keeps all the same: simple selectors.
    pub but: &'l [Selector],
}

impl Carried<'_> {
    /// Whether all that a selector asks for is still there. Ids and classes are; an element
    /// that is left out must be asked for with all that tells the ones that are kept.
    #[must_use]
    pub fn has(&self, selector: &Selector) -> bool {
        self.list(&selector.list)
    }

    fn list(&self, list: &[Complex]) -> bool {
        list.iter().all(|complex| {
            self.compound(&complex.subject)
                && complex.left.iter().all(|(_, left)| self.compound(left))
        })
    }

    fn compound(&self, asked: &Compound) -> bool {
        asked.parts.iter().all(|part| match part {
            Part::Attribute(attribute) => self.attributes.contains(&attribute.name.as_str()),
            Part::Is(list) | Part::Not(list) => self.list(list),
            Part::Name(name) => !self.drops(name, asked) || self.keeps(asked),
            Part::Id(_) | Part::Class(_) | Part::FirstChild | Part::LastChild => true,
        })
    }

    fn drops(&self, name: &str, asked: &Compound) -> bool {
        let with_id = |part: &Part| match part {
            Part::Id(_) => true,
            Part::Attribute(attribute) => attribute.name == "id",
            _ => false,
        };
        self.dropped.contains(&name)
            || (self.dropped_with_id.contains(&name) && asked.parts.iter().any(with_id))
    }

    fn keeps(&self, asked: &Compound) -> bool {
        self.but.iter().any(|kept| match kept.list.as_slice() {
            [kept] if kept.left.is_empty() => {
                let mut parts = kept.subject.parts.iter();
                parts.all(|part| asked.parts.contains(part))
            }
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_and_elements_that_are_left_out_are_not_to_be_asked_for() {
        let but = [
            "script#state",
            "code[id^=\"data-\"]",
            "link[rel=\"canonical\"]",
        ];
        let but: Vec<Selector> = but.iter().map(|t| Selector::parse(t).unwrap()).collect();
        let carried = Carried {
            attributes: &["href", "class", "id", "rel", "role"],
            dropped: &["script", "svg", "link"],
            dropped_with_id: &["code"],
            but: &but,
        };
        let has = |text: &str| carried.has(&Selector::parse(text).unwrap());
        for there in [
            "*",
            "main > h1.name, #top a[href]",
            "script#state",
            "script#state.a[role]",
            "code",
            "code[id^=\"data-\"]",
            "link[rel=\"canonical\"][href]",
            "li:not([role=row]):first-child",
            "my-script",
        ] {
            assert!(has(there), "{there}");
        }
        for gone in [
            "[data-x]",
            "h1, [data-x=\"1\"] a",
            "[data-x] > a",
            "[data-x] + a",
            "a:not([data-x])",
            "a:is(b, :is([data-x]))",
            "script",
            "script[type=\"application/json\"]",
            "svg a",
            "code#other",
            "code[id]",
            "link[rel=\"next\"]",
        ] {
            assert!(!has(gone), "{gone}");
        }
    }
}
