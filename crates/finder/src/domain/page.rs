//! What a page says of whose site it is: read from its tokens, without a tree.
//!
//! A tree is what a hostile page can blow up: for every `<p>` the parser must put each formatting
//! element that is still open into it anew, so that 77 KB become gigabytes. Tokens are as many
//! as the page has, and of what they hold each part has its limit here.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// What a page says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageNames {
    /// Names that the page gives the site: `og:site_name`, `application-name`, the
    /// organisation of its JSON-LD, an `alt` of the logo is not among them. At most
    /// [`SITE_NAMES_MAX`].
    pub site_names: Vec<String>,
    /// The title.
    pub title: Option<String>,
    /// Visible text, cut at [`TEXT_CHARS_MAX`].
    pub text: String,
}

/// Most characters of a page's text that are looked at.
pub const TEXT_CHARS_MAX: usize = 60_000;

/// Longest name or title, in characters.
pub const NAME_CHARS_MAX: usize = 300;

/// Most names of the site that are taken.
pub const SITE_NAMES_MAX: usize = 24;

/// Of those, most that the page's `meta` elements give.
const META_NAMES_MAX: usize = 12;

/// Most pieces of JSON-LD that are read.
const JSON_LD_MAX: usize = 8;

/// Longest piece of JSON-LD that is read, in bytes; a longer one is left out.
const JSON_LD_BYTES_MAX: usize = 64 * 1024;

/// Longest tag or comment, in bytes: where one is longer, the page is read up to it. The
/// tokenizer compares each attribute of a tag with all before it.
const TAG_BYTES_MAX: usize = 64 * 1024;

/// How much the tokenizer is given at a time, in bytes: about.
const PIECE_BYTES: usize = 8 * 1024;

/// What stands for a character that could not be read.
const UNREADABLE: char = char::REPLACEMENT_CHARACTER;

impl PageNames {
    /// Reads a page. Takes time and memory in proportion to its length, whatever stands in it.
    /// A name or title in which a character could not be read ([`char::REPLACEMENT_CHARACTER`])
    /// is none: it tells nobody's name.
    #[must_use]
    pub fn read(html: &str) -> Self {
        let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
        let input = BufferQueue::default();
        let mut since_token = 0;
        for piece in pieces(html) {
            input.push_back(StrTendril::from_slice(piece));
            // Nothing here has a script run, so the whole piece is taken.
            let _ = tokenizer.feed(&input);
            let mut reading = tokenizer.sink.0.borrow_mut();
            since_token = if std::mem::take(&mut reading.any_token) {
                0
            } else {
                since_token + piece.len()
            };
            if since_token > TAG_BYTES_MAX {
                break;
            }
        }
        let mut reading = tokenizer.sink.0.take();
        reading.end_element();
        reading.names.text = reading.text.text;
        reading.names
    }
}

/// A text in pieces of about [`PIECE_BYTES`].
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, after) = rest.split_at_checked(rest.floor_char_boundary(PIECE_BYTES))?;
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Text whose white space is one blank each, up to a limit of characters.
#[derive(Debug, Default)]
struct Words {
    text: String,
    chars: usize,
    /// There is white space before what comes next.
    gap: bool,
}

impl Words {
    fn push(&mut self, more: &str, chars_max: usize) {
        for c in more.chars() {
            if c.is_whitespace() {
                self.gap = true;
                continue;
            }
            let blank = self.gap && !self.text.is_empty();
            if self.chars + usize::from(blank) >= chars_max {
                return;
            }
            if blank {
                self.text.push(' ');
            }
            self.text.push(c);
            self.chars += 1 + usize::from(blank);
            self.gap = false;
        }
    }
}

/// The element whose text is read apart from the page's.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// None: it is text that is shown.
    #[default]
    Page,
    Title,
    JsonLd,
    /// A script, a style, what is shown where there are no scripts.
    Hidden,
}

/// What was read so far.
#[derive(Debug, Default)]
struct Reading {
    names: PageNames,
    within: Within,
    title: Words,
    json: String,
    json_pieces: usize,
    text: Words,
    /// How many `svg` and `math` elements are open: their titles are those of pictures.
    foreign: usize,
    /// How many `template` elements are open.
    templates: usize,
    any_token: bool,
}

impl Reading {
    fn characters(&mut self, text: &str) {
        match self.within {
            Within::Page if self.templates == 0 => self.text.push(text, TEXT_CHARS_MAX),
            Within::Title => self.title.push(text, NAME_CHARS_MAX),
            // One byte more than is read, so that what is too long shows.
            Within::JsonLd if self.json.len() <= JSON_LD_BYTES_MAX => {
                let room = JSON_LD_BYTES_MAX + 1;
                self.json.extend(text.chars().take(room - self.json.len()));
            }
            Within::Page | Within::JsonLd | Within::Hidden => {}
        }
    }

    /// The element that was read apart is over.
    fn end_element(&mut self) {
        match std::mem::take(&mut self.within) {
            Within::Title => {
                let title = std::mem::take(&mut self.title).text;
                if self.names.title.is_none() {
                    self.names.title = clean(&title);
                }
            }
            Within::JsonLd => {
                let json = std::mem::take(&mut self.json);
                self.json_pieces += 1;
                if json.len() <= JSON_LD_BYTES_MAX
                    && self.json_pieces <= JSON_LD_MAX
                    && let Ok(value) = serde_json::from_str(&json)
                {
                    organisations(&value, 0, &mut self.names.site_names);
                }
            }
            Within::Page | Within::Hidden => {}
        }
    }

    /// A start tag; how what follows it is to be read, where that is not as ever.
    fn start(&mut self, tag: &Tag) -> Option<RawKind> {
        // In a picture `<style/>` is a whole element.
        if self.foreign > 0 && tag.self_closing {
            return None;
        }
        let (within, kind) = match &*tag.name {
            "meta" => {
                self.meta(tag);
                return None;
            }
            "svg" | "math" => {
                self.foreign += usize::from(!tag.self_closing);
                return None;
            }
            "template" => {
                self.templates += 1;
                return None;
            }
            "title" if self.foreign > 0 => (Within::Hidden, Rcdata),
            "title" => (Within::Title, Rcdata),
            "textarea" => (Within::Hidden, Rcdata),
            "script" if is_json_ld(tag) => (Within::JsonLd, ScriptData),
            "script" => (Within::Hidden, ScriptData),
            "style" | "noscript" | "iframe" | "noembed" | "noframes" => (Within::Hidden, Rawtext),
            "xmp" => (Within::Page, Rawtext),
            _ => return None,
        };
        self.within = within;
        Some(kind)
    }

    fn end(&mut self, name: &str) {
        // Raw text ends with the tag of its own element, so that no other comes within.
        self.end_element();
        match name {
            "svg" | "math" => self.foreign = self.foreign.saturating_sub(1),
            "template" => self.templates = self.templates.saturating_sub(1),
            _ => {}
        }
    }

    fn meta(&mut self, tag: &Tag) {
        let of_site = match attribute(tag, "property") {
            Some("og:site_name") => true,
            _ => matches!(
                attribute(tag, "name"),
                Some("application-name" | "apple-mobile-web-app-title" | "author")
            ),
        };
        if of_site
            && self.names.site_names.len() < META_NAMES_MAX
            && let Some(name) = attribute(tag, "content").and_then(clean)
        {
            self.names.site_names.push(name);
        }
    }
}

/// The value of a tag's attribute.
pub(super) fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    let mut all = tag.attrs.iter();
    all.find(|attribute| &*attribute.name.local == name)
        .map(|attribute| &*attribute.value)
}

fn is_json_ld(tag: &Tag) -> bool {
    attribute(tag, "type").is_some_and(|kind| kind == "application/ld+json")
}

/// Takes the tokens; the tokenizer lends it out only for reading.
#[derive(Default)]
struct Sink(RefCell<Reading>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reading = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => reading.characters(&text),
            Token::TagToken(tag) => {
                // Where a tag stands, a word ends.
                reading.text.gap = true;
                match tag.kind {
                    TagKind::StartTag => {
                        if let Some(kind) = reading.start(&tag) {
                            reading.any_token = true;
                            return TokenSinkResult::RawData(kind);
                        }
                    }
                    TagKind::EndTag => reading.end(&tag.name),
                }
            }
            Token::CommentToken(_) | Token::DoctypeToken(_) | Token::NullCharacterToken => {}
            // These come in the middle of a tag too.
            Token::ParseError(_) | Token::EOFToken => return TokenSinkResult::Continue,
        }
        reading.any_token = true;
        TokenSinkResult::Continue
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.0.borrow().foreign > 0
    }
}

fn clean(text: &str) -> Option<String> {
    let mut words = Words::default();
    words.push(text, NAME_CHARS_MAX);
    let told = !words.text.is_empty() && !words.text.contains(UNREADABLE);
    told.then_some(words.text)
}

/// Names of organisations and sites in JSON-LD.
fn organisations(value: &serde_json::Value, depth: u8, into: &mut Vec<String>) {
    if depth > 6 {
        return;
    }
    match value {
        serde_json::Value::Array(items) => {
            for item in items.iter().take(50) {
                organisations(item, depth + 1, into);
            }
        }
        serde_json::Value::Object(object) => {
            let of_site = object.get("@type").is_some_and(is_of_site);
            if of_site {
                let names = ["name", "legalName", "alternateName"]
                    .iter()
                    .filter_map(|key| clean(object.get(*key)?.as_str()?));
                into.extend(names.take(SITE_NAMES_MAX.saturating_sub(into.len())));
            }
            if let Some(graph) = object.get("@graph") {
                organisations(graph, depth + 1, into);
            }
        }
        _ => {}
    }
}

/// Whether a JSON-LD type, or one of several, is that of an organisation or a site.
fn is_of_site(kind: &serde_json::Value) -> bool {
    let known = |kind: &serde_json::Value| {
        kind.as_str().is_some_and(|kind| {
            [
                "Organization",
                "Corporation",
                "LocalBusiness",
                "WebSite",
                "Brand",
            ]
            .iter()
            .any(|known| kind.contains(known))
        })
    };
    match kind {
        serde_json::Value::Array(kinds) => kinds.iter().take(20).any(known),
        kind => known(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(html: &str) -> Option<String> {
        PageNames::read(html).title
    }

    #[test]
    fn title_names_and_text_are_read() {
        let page = PageNames::read(
            r#"<!doctype html><html><head><title> Acme&nbsp;Robotics
                 &amp; Co </title>
               <meta property="og:site_name" content="Acme &uuml;ber alles">
               <meta name=application-name content=Acme>
               <meta name="description" content="No name">
               <style>p{color:red}</style><script>var x = "<title>no</title>";</script>
               <script type="application/ld+json">{"@graph":[
                 {"@type":["Thing","Organization"],"name":"Acme Robotics, Inc.","legalName":"Acme"},
                 {"@type":"Person","name":"Ada Example"}]}</script></head>
               <body><noscript><p>Scripts, please</p></noscript><h1>Robots<br>that</h1>pick<!-- a
               comment -->s<template><p>Not yet</p></template>
               <svg><title>A picture</title><style/><text>logo</text></svg> fine</body>"#,
        );
        assert_eq!(page.title.as_deref(), Some("Acme Robotics & Co"));
        assert_eq!(
            page.site_names,
            ["Acme über alles", "Acme", "Acme Robotics, Inc.", "Acme"]
        );
        assert_eq!(page.text, "Robots that picks logo fine");
    }

    #[test]
    fn the_first_title_that_says_something_is_the_pages() {
        assert_eq!(
            title("<svg><title>Logo</title></svg><title> </title><title>Acme</title>").as_deref(),
            Some("Acme")
        );
        assert_eq!(title("<body><title>Acme").as_deref(), Some("Acme"));
        assert_eq!(title("<title>Acme <b>Robotics</title>x").as_deref(), {
            Some("Acme <b>Robotics")
        });
    }

    #[test]
    fn a_name_that_cannot_be_read_is_none() {
        let page = PageNames::read(
            "<title>M\u{fffd}\u{fffd}ig Werke</title><meta name=author content='M\u{fffd}'>
             <p>Werke GmbH in M\u{fffd}nchen</p>",
        );
        assert_eq!((page.title, page.site_names), (None, Vec::new()));
        assert_eq!(page.text, "Werke GmbH in M\u{fffd}nchen");
    }

    #[test]
    fn everything_has_its_limit() {
        let html = format!(
            "<title>{}</title>{}{}<p>{}",
            "a".repeat(1_000),
            "<meta name=author content=A>".repeat(1_000),
            r#"<script type="application/ld+json">[{"@type":"Brand","name":"B"}]</script>"#
                .repeat(1_000),
            "word ".repeat(50_000),
        );
        let page = PageNames::read(&html);
        assert_eq!(page.title.map(|title| title.len()), Some(NAME_CHARS_MAX));
        assert_eq!(page.site_names.len(), META_NAMES_MAX + JSON_LD_MAX);
        assert_eq!(page.text.chars().count(), TEXT_CHARS_MAX - 1);
        let many = r#"{"@type":"Brand","name":"B"},"#.repeat(49);
        let json = format!(r#"<script type="application/ld+json">[{many}1]</script>"#);
        assert_eq!(PageNames::read(&json).site_names.len(), SITE_NAMES_MAX);
        let long = format!(
            r#"<script type="application/ld+json">{{"@type":"Brand","name":"B","x":"{}"}}</script>"#,
            "x".repeat(JSON_LD_BYTES_MAX)
        );
        assert!(PageNames::read(&long).site_names.is_empty());
    }

    #[test]
    fn a_tag_without_end_ends_the_reading() {
        let picture = |bytes: usize| {
            let data = "A".repeat(bytes);
            format!("<img src='data:image/png;base64,{data}'><title>Acme</title>")
        };
        assert_eq!(title(&picture(40_000)).as_deref(), Some("Acme"));
        assert_eq!(title(&picture(100_000)), None);
        // Names that differ: each is compared with all before it.
        let attributes: String = (0..40_000).map(|n| format!(" a{n}")).collect();
        let page = PageNames::read(&format!(
            "<title>Acme</title><p{attributes}><meta name=author content=A>"
        ));
        assert_eq!(page.title.as_deref(), Some("Acme"));
        assert!(page.site_names.is_empty());
    }

    /// 77 KB that made gigabytes of a tree: for every `<p>` all open `<b>` were put into it.
    #[test]
    fn open_formatting_elements_cost_nothing() {
        let mut html = "<title>Acme</title><p>".to_owned();
        for number in 0..3_000 {
            html.push_str(&format!("<b a{number}>"));
        }
        html.push_str(&"<p>x".repeat(10_000));
        let before = peak_kilobytes();
        let page = PageNames::read(&html);
        assert_eq!(page.title.as_deref(), Some("Acme"));
        assert_eq!(page.text.split(' ').count(), 10_000);
        let taken = peak_kilobytes() - before;
        assert!(taken < 64 * 1024, "{taken} KB");
    }

    /// The most memory that this process has had, in kilobytes; 0 where nothing tells.
    fn peak_kilobytes() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok())
            .unwrap_or_default()
    }
}
