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
    /// Attributes that it keeps of those beside the others.
    pub but_attributes: &'l [&'l str],
    /// Which class names it leaves out.
    pub is_class_left_out: &'l dyn Fn(&str) -> bool,
}

impl Carried<'_> {
    /// Whether all that a selector asks for is still there. An element that is left out must be
    /// asked for with all that tells the ones that are kept.
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
        let is_kept = self.keeps(asked);
        let has = |name: &str| {
            self.attributes.contains(&name) || (is_kept && self.but_attributes.contains(&name))
        };
        asked.parts.iter().all(|part| match part {
            Part::Attribute(attribute) => has(&attribute.name),
            Part::Is(list) | Part::Not(list) => self.list(list),
            Part::Name(name) => is_kept || !self.drops(name, asked),
            Part::Id(_) => has("id"),
            Part::Class(name) => has("class") && !(self.is_class_left_out)(name),
            Part::FirstChild | Part::LastChild => true,
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
            but_attributes: &["type"],
            is_class_left_out: &|name| name.starts_with('_'),
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
            "script#state[type=\"application/json\"]",
            "li:not([role=row]):first-child",
            "my-script",
        ] {
            assert!(has(there), "{there}");
        }
        for gone in [
            "[data-x]",
            "[type]",
            "p._3f2a1b4c",
            "li:not(._3f2a1b4c)",
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
