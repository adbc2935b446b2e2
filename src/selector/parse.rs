//! Reading selectors, by CSS's syntax (<https://www.w3.org/TR/css-syntax-3/>).

use super::matching::is_space;
use super::{Attribute, Combinator, Complex, Compound, List, Part, SelectorError, Test};
use crate::document::Marks;
use crate::word_list::WordList;

/// Deepest nesting of `:is` and `:not`.
const NESTING_MAX: u8 = 4;

/// Attributes whose values HTML compares without regard to case
/// (<https://html.spec.whatwg.org/multipage/semantics-other.html#case-sensitivity-of-selectors>).
const CASELESS: WordList = WordList::new(
    "accept accept-charset align alink axis bgcolor charset checked clear codetype color \
     compact declare defer dir direction disabled enctype face frame hreflang http-equiv lang \
     language link media method multiple nohref noresize noshade nowrap readonly rel rev rules \
     scope scrolling selected shape target text type valign valuetype vlink",
);

/// Reads a list of selectors that is the whole of `text`.
pub(super) fn selectors(text: &str) -> Result<List, SelectorError> {
    let mut parser = Parser {
        text,
        rest: text,
        nesting: 0,
    };
    match parser.list() {
        Some(list) if parser.rest.is_empty() => Ok(list),
        _ => Err(SelectorError {
            at: parser.text.len() - parser.rest.len(),
        }),
    }
}

struct Parser<'t> {
    text: &'t str,
    rest: &'t str,
    nesting: u8,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    /// Takes `text` where it comes next.
    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Passes over white space; whether there was any.
    fn space(&mut self) -> bool {
        let before = self.rest.len();
        self.rest = self
            .rest
            .trim_start_matches(|c: char| u8::try_from(c).is_ok_and(is_space));
        self.rest.len() < before
    }

    /// Selectors with commas between, up to what can be part of none.
    fn list(&mut self) -> Option<List> {
        let mut list = Vec::new();
        loop {
            self.space();
            list.push(self.complex()?);
            if !self.take(",") {
                return Some(list);
            }
        }
    }

    /// A selector, with the white space behind it.
    fn complex(&mut self) -> Option<Complex> {
        let mut subject = self.compound()?;
        let mut left = Vec::new();
        loop {
            let spaced = self.space();
            let combinator = if self.take(">") {
                Combinator::Parent
            } else if self.take("+") {
                Combinator::Previous
            } else if !spaced || matches!(self.peek(), None | Some(',' | ')')) {
                left.reverse();
                return Some(Complex { subject, left });
            } else {
                Combinator::Ancestor
            };
            self.space();
            let right = self.compound()?;
            left.push((combinator, std::mem::replace(&mut subject, right)));
        }
    }

    fn compound(&mut self) -> Option<Compound> {
        let mut parts = Vec::new();
        let mut marks = Marks::default();
        let any = self.take("*");
        if !any && let Some(name) = self.identifier() {
            marks.add(Marks::of(&name));
            parts.push(Part::Name(name.to_ascii_lowercase()));
        }
        loop {
            let part = if self.take("#") {
                Part::Id(self.identifier()?)
            } else if self.take(".") {
                Part::Class(self.identifier()?)
            } else if self.take("[") {
                Part::Attribute(self.attribute()?)
            } else if self.take(":") {
                self.pseudo_class()?
            } else {
                break;
            };
            match &part {
                Part::Id(word) | Part::Class(word) => marks.add(Marks::of(word)),
                Part::Attribute(attribute) => marks.add(Marks::of(&attribute.name)),
                _ => {}
            }
            parts.push(part);
        }
        (any || !parts.is_empty()).then_some(Compound { parts, marks })
    }

    /// What follows `[`.
    fn attribute(&mut self) -> Option<Attribute> {
        self.space();
        let name = self.identifier()?.to_ascii_lowercase();
        self.space();
        let mut attribute = Attribute {
            case: !CASELESS.has(&name),
            name,
            test: Test::Present,
            value: String::new(),
        };
        if self.take("]") {
            return Some(attribute);
        }
        attribute.test = match self.bump()? {
            '=' => Test::Equal,
            first => {
                let test = match first {
                    '~' => Test::Word,
                    '|' => Test::Dash,
                    '^' => Test::Prefix,
                    '$' => Test::Suffix,
                    '*' => Test::Within,
                    _ => return None,
                };
                if !self.take("=") {
                    return None;
                }
                test
            }
        };
        self.space();
        attribute.value = match self.peek()? {
            quote @ ('"' | '\'') => self.string(quote)?,
            _ => self.identifier()?,
        };
        self.space();
        if self.take("i") || self.take("I") {
            attribute.case = false;
        } else if self.take("s") || self.take("S") {
            attribute.case = true;
        }
        self.space();
        self.take("]").then_some(attribute)
    }

    /// What follows `:`.
    fn pseudo_class(&mut self) -> Option<Part> {
        let name = self.identifier()?.to_ascii_lowercase();
        if !self.take("(") {
            return match name.as_str() {
                "first-child" => Some(Part::FirstChild),
                "last-child" => Some(Part::LastChild),
                _ => None,
            };
        }
        let part = match name.as_str() {
            "is" => Part::Is,
            "not" => Part::Not,
            _ => return None,
        };
        if self.nesting >= NESTING_MAX {
            return None;
        }
        self.nesting += 1;
        let list = self.list()?;
        self.nesting -= 1;
        self.take(")").then(|| part(list))
    }

    /// A quoted text; the quote comes next.
    fn string(&mut self, quote: char) -> Option<String> {
        self.bump();
        let mut value = String::new();
        loop {
            match self.bump()? {
                c if c == quote => return Some(value),
                '\n' | '\r' | '\x0c' => return None,
                // A line that goes on below.
                '\\' if self.take("\r\n") || self.take("\n") || self.take("\x0c") => {}
                '\\' => value.push(self.escape()?),
                c => value.push(c),
            }
        }
    }

    /// An identifier, where one comes next.
    fn identifier(&mut self) -> Option<String> {
        let is_start = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii() || c == '\\';
        let mut ahead = self.rest.chars();
        let starts = match ahead.next()? {
            '-' => ahead.next().is_some_and(|c| c == '-' || is_start(c)),
            c => is_start(c),
        };
        if !starts {
            return None;
        }
        let mut name = String::new();
        while let Some(c) = self.peek() {
            if c == '\\' {
                self.bump();
                name.push(self.escape()?);
            } else if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii() {
                self.bump();
                name.push(c);
            } else {
                break;
            }
        }
        Some(name)
    }

    /// What a backslash stands before: up to six hexadecimal digits and a white space, or the
    /// character itself.
    fn escape(&mut self) -> Option<char> {
        let mut code = 0;
        let mut digits = 0;
        while digits < 6
            && let Some(digit) = self.peek().and_then(|c| c.to_digit(16))
        {
            self.bump();
            code = code * 16 + digit;
            digits += 1;
        }
        if digits == 0 {
            return self.bump().filter(|c| !matches!(c, '\n' | '\r' | '\x0c'));
        }
        if !self.take("\r\n")
            && self
                .peek()
                .is_some_and(|c| u8::try_from(c).is_ok_and(is_space))
        {
            self.bump();
        }
        let c = char::from_u32(code).filter(|c| *c != '\0');
        Some(c.unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}
