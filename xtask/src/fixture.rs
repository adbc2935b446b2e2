//! `cargo xtask new-fixture`: a fixture out of a saved page, with the people in it replaced by
//! invented ones.
//!
//! The page is reduced to what the extension's snapshot carries, then every word is replaced
//! that is not one of the readers' own: label words, title words, names of elements,
//! attributes and JSON members. The same word becomes the same invented one everywhere, in
//! texts, addresses, ids and embedded data, so that what belongs together stays together.

mod invent;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use lode_core::ParsedPage;
use lode_core::sites;
use lode_core::sites::draft::Field;
use lode_core::snapshot::{CLOSE, NAME, OPEN, TEXT, VALUE};
use serde_json::Value;

use crate::accuracy::mutation;
use crate::run::root;
use invent::Inventor;
use words::Kept;

/// Makes a fixture and its snapshot.
///
/// # Errors
/// A page that cannot be read, one that reads otherwise once it is about invented people, or a
/// file that is there already.
pub(crate) fn new_fixture(url: &str, file: &Path, out: Option<&Path>) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("read {}", file.display()))?;
    let html = String::from_utf8_lossy(&bytes);
    let made = made(url, &html, &Kept::of_the_readers(&root())?);
    let before = sites::read(url, &html);
    let after = sites::read(&made.url, &made.html);
    let path = match out {
        Some(out) => out.to_owned(),
        None => root().join(format!(
            "tests/pages/{}/{}-{}-new.html",
            before.page.site.replace("other", "generic"),
            before.page.kind,
            before.page.layout.as_deref().unwrap_or("page"),
        )),
    };
    ensure!(!path.exists(), "{} is there already", path.display());
    println!("{:<10} {:>14} {:>8}  layout", "", "kind", "leads");
    for (what, read) in [("page", &before), ("fixture", &after)] {
        let layout = read.page.layout.as_deref().unwrap_or("-");
        let (kind, leads) = (&read.page.kind, read.leads.len());
        println!("{what:<10} {kind:>14} {leads:>8}  {layout}");
    }
    let differing = differences(&before, &after);
    ensure!(
        differing.is_empty(),
        "nothing is written: the fixture would read otherwise than the page. {}",
        differing.join("; ")
    );
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let snapshot = path.with_file_name(format!("read@{name}.snap"));
    fs::write(&path, &made.html)?;
    fs::write(&snapshot, snapshot_file(&path, &after)?)?;
    println!("\n{}\n{}", path.display(), snapshot.display());
    println!("\nRead both files before you commit them: no word in them may be a person's.");
    Ok(())
}

/// A fixture.
struct Made {
    url: String,
    html: String,
}

fn made(url: &str, html: &str, kept: &Kept) -> Made {
    let snapshot = mutation::snapshot(url, html);
    let read = sites::read(url, html);
    let inventor = Inventor::new(kept, html, url, &read);
    let mut made = document(&snapshot, &inventor);
    // A page of scripts alone, which the snapshot leaves out, is told by them.
    if sites::read_snapshot(url, &snapshot).page.kind != read.page.kind {
        made.push_str(&scripts(html, &inventor));
    }
    let url = inventor.address(url);
    let html = format!("<!-- url: {url} -->\n{made}\n");
    Made { url, html }
}

/// The page's scripts: their words replaced, they tell a page's kind and do nothing else.
fn scripts(html: &str, inventor: &Inventor<'_>) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("<script") {
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        let (code, after) = after.split_once("</script").unwrap_or((after, ""));
        if !tag.contains("json") && !code.trim().is_empty() {
            out.push_str(&format!("\n<script>{}</script>", inventor.text(code)));
        }
        rest = after;
    }
    out
}

/// The snapshot as HTML, about invented people.
fn document(snapshot: &str, inventor: &Inventor<'_>) -> String {
    let mut out = String::from("<!doctype html>");
    let mut open: Vec<String> = Vec::new();
    let mut in_tag = false;
    let mut attribute = "";
    let mut marks = snapshot
        .char_indices()
        .filter(|(_, c)| is_mark(*c))
        .peekable();
    while let Some((at, mark)) = marks.next() {
        let end = marks.peek().map_or(snapshot.len(), |(next, _)| *next);
        let value = snapshot.get(at + 1..end).unwrap_or_default();
        if in_tag && !matches!(mark, NAME | VALUE) {
            out.push('>');
            in_tag = false;
        }
        match mark {
            OPEN => {
                // A line an element: fixtures are read by people.
                let tag = inventor.name(value);
                out.push_str("\n<");
                out.push_str(&tag);
                open.push(tag);
                in_tag = true;
            }
            NAME => {
                attribute = value;
                out.push(' ');
                out.push_str(value);
            }
            VALUE => {
                let value = inventor.attribute(attribute, value);
                out.push_str(&format!("=\"{}\"", escaped(&value)));
            }
            TEXT => out.push_str(&text(value, open.last().map(String::as_str), inventor)),
            CLOSE => {
                let tag = open.pop().unwrap_or_default();
                if !VOID.contains(&tag.as_str()) {
                    out.push_str(&format!("</{tag}>"));
                }
            }
            _ => {}
        }
    }
    out
}

/// Elements without an end (HTML, section 13.1.2).
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

fn is_mark(c: char) -> bool {
    (OPEN..=CLOSE).contains(&c)
}

fn text(text: &str, within: Option<&str>, inventor: &Inventor<'_>) -> String {
    if !matches!(within, Some("script" | "code")) {
        return escaped(&inventor.text(text));
    }
    let made = match serde_json::from_str::<Value>(text.trim()) {
        Ok(value) => inventor.json(&value).to_string(),
        Err(_) => inventor.text(text),
    };
    if within == Some("script") {
        made.replace("</", "<\\/")
    } else {
        escaped(&made)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// What reads otherwise, by field, with the strategies that read it; no value of either.
fn differences(before: &ParsedPage, after: &ParsedPage) -> Vec<String> {
    let mut differing = Vec::new();
    if before.page != after.page {
        let named = |page: &ParsedPage| {
            let layout = page.page.layout.as_deref().unwrap_or("no layout");
            format!("{} ({layout})", page.page.kind)
        };
        differing.push(format!("kind: {} for {}", named(after), named(before)));
    }
    if before.leads.len() != after.leads.len() {
        let (a, b) = (before.leads.len(), after.leads.len());
        differing.push(format!("leads: {b} for {a}"));
    }
    for (row, (a, b)) in before.leads.iter().zip(&after.leads).enumerate() {
        for field in Field::ALL {
            // What follows from the words themselves may come and go with them.
            let by_words = matches!(field, Field::MiddleName | Field::CompanyDomain);
            let name = field.name();
            let by = |lead: &lode_core::Lead| lead.provenance.get(name).cloned();
            match (field.of(a), field.of(b)) {
                _ if by_words => {}
                (Some(_), None) => {
                    let by = by(a).unwrap_or_default();
                    differing.push(format!("{name} of lead {row} is not read (by {by})"));
                }
                (None, Some(_)) => {
                    let by = by(b).unwrap_or_default();
                    differing.push(format!("{name} of lead {row} is read by {by}"));
                }
                _ => {}
            }
        }
    }
    differing
}

/// A snapshot as insta writes it.
fn snapshot_file(page: &Path, read: &ParsedPage) -> Result<String> {
    let from_root = page
        .strip_prefix(root())
        .map_or_else(|_| PathBuf::from(page), PathBuf::from);
    let test = match read.page.site.as_str() {
        "google" | "crunchbase" => "tests/serp_fixtures.rs",
        _ => "tests/sites.rs",
    };
    Ok(format!(
        "---\nsource: {test}\ninput_file: {}\n---\n{}\n",
        from_root.display(),
        serde_json::to_string_pretty(read)?
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::accuracy::scorer;

    /// None of the page's own words is left, but those that the readers themselves name.
    fn no_word_is_left(file: &str, url: &str, html: &str, kept: &Kept) {
        let made = made(url, html, kept);
        // The letter of an escape in JSON is none of the word after it.
        let plain = |text: &str| {
            text.replace("\\n", " ")
                .replace("\\r", " ")
                .replace("\\t", " ")
        };
        let (page, fixture) = (plain(html), plain(&made.html));
        let of_page: BTreeSet<String> = words::all(&page).chain(words::all(url)).collect();
        let left: Vec<String> = words::all(&fixture)
            .filter(|word| word.chars().count() >= 4 && of_page.contains(word))
            .filter(|word| !kept.has(word))
            .collect();
        // How many, not which: they may be a person's.
        assert_eq!(left.len(), 0, "{file}: words of the page are left");
        let read = sites::read(url, html);
        for lead in &read.leads {
            for field in [Field::FullName, Field::LastName] {
                for word in words::all(field.of(lead).unwrap_or_default()) {
                    if word.chars().count() >= 4 {
                        let text = visible(&made.html);
                        assert!(!text.contains(&word), "{file}: a name is left");
                    }
                }
            }
        }
    }

    /// The words of a document's texts.
    fn visible(html: &str) -> BTreeSet<String> {
        html.split('<')
            .filter_map(|piece| piece.split_once('>'))
            .flat_map(|(_, text)| words::all(text))
            .collect()
    }

    #[test]
    fn fixtures_of_fixtures_hold_none_of_their_words() {
        let kept = Kept::of_the_readers(&root()).unwrap();
        let cases = scorer::fixtures().unwrap();
        let mut read = 0;
        for case in &cases {
            no_word_is_left(&case.file, &case.url, &case.html, &kept);
            let made = made(&case.url, &case.html, &kept);
            let before = sites::read(&case.url, &case.html);
            let differing = differences(&before, &sites::read(&made.url, &made.html));
            read += u32::from(differing.is_empty());
            if !differing.is_empty() {
                println!("{}: {}", case.file, differing.join("; "));
            }
        }
        let all = u32::try_from(cases.len()).unwrap();
        println!("{read} of {all} read as the page does");
        assert!(
            100 * read >= 99 * all,
            "{read} of {all} read as the page does"
        );
    }

    /// No word is left of the smallest real page of each kind and layout; how many of all read
    /// alike is printed.
    #[test]
    fn fixtures_of_real_pages_hold_none_of_their_words() {
        let Some(folder) = scorer::pages_folder() else {
            println!("skipped: no shared pages (0 ran)");
            return;
        };
        let kept = Kept::of_the_readers(&root()).unwrap();
        let mut cases = scorer::load(&folder).unwrap();
        cases.sort_by_key(|case| case.html.len());
        let mut seen = BTreeSet::new();
        let mut read = 0;
        for case in &cases {
            let before = sites::read(&case.url, &case.html);
            let page = before.page.clone();
            if seen.insert((page.site, page.kind, page.layout)) {
                no_word_is_left(&case.file, &case.url, &case.html, &kept);
            }
            let made = made(&case.url, &case.html, &kept);
            let differing = differences(&before, &sites::read(&made.url, &made.html));
            read += usize::from(differing.is_empty());
            if !differing.is_empty() {
                println!("{}: {}", case.file, differing.join("; "));
            }
        }
        println!("{read} of {} real pages read as the page does", cases.len());
        assert!(seen.len() > 5);
    }

    /// A page of which the fixture would read otherwise leaves no file behind: here the name is
    /// replaced, and with it the heading that tells the section.
    #[test]
    fn a_page_that_is_refused_leaves_no_file() {
        let page = "<!doctype html><html><head><title>Mirela Experience | LinkedIn</title></head>\
            <body><main><section><div><h1>Mirela Experience</h1></div><div>Weaves</div>\
            <span>Paris</span><a href=\"/in/mirela-e/overlay/contact-info/\">Contact info</a>\
            </section><section><h2>Experience</h2><ul><li><div>Weaver</div><div>Quarzwerk</div>\
            <div>Jan 2020 - Present</div></li></ul></section></main></body></html>";
        let url = "https://www.linkedin.com/in/mirela-e/";
        assert!(sites::read(url, page).leads[0].title.is_some());
        let folder = std::env::temp_dir().join(format!("lode-fixture-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (file, out) = (folder.join("page"), folder.join("new.html"));
        fs::write(&file, page).unwrap();
        let error = new_fixture(url, &file, Some(&out)).unwrap_err();
        let left = fs::read_dir(&folder).unwrap().count();
        fs::remove_dir_all(&folder).unwrap();
        assert!(
            error.to_string().starts_with("nothing is written"),
            "{error}"
        );
        assert_eq!(left, 1);
    }

    #[test]
    fn a_page_and_its_fixture_read_alike() {
        let html = "<!doctype html><html><head><title>Mirela Testova | LinkedIn</title></head><body><main>\
            <section componentkey=\"com.linkedin.sdui.profile.card.refxTopcard\">\
            <a href=\"/in/mirela-testova/overlay/a/\"><h2 class=\"x mirela\">Mirela Testova</h2></a>\
            <p>CTO at Quarzwerk Systems</p><p>Paris, France</p><p>·</p>\
            <a href=\"/in/mirela-testova/overlay/contact-info/\">Contact info</a></section>\
            <script>var owner = 'Mirela';</script></main></body></html>";
        let url = "https://www.linkedin.com/in/mirela-testova/";
        let kept = Kept::of_the_readers(&root()).unwrap();
        let made = made(url, html, &kept);
        let (a, b) = (sites::read(url, html), sites::read(&made.url, &made.html));
        assert_eq!(differences(&a, &b), Vec::<String>::new());
        let lead = &b.leads[0];
        let name = lead.full_name.clone().unwrap().to_lowercase();
        let slug = lead.profile_url.clone().unwrap();
        // The same invented words in the name and in the address.
        assert!(slug.ends_with(&name.replace(' ', "-")), "{slug} {name}");
        assert_eq!(lead.title.as_deref(), Some("CTO"));
        for word in ["mirela", "testova", "quarzwerk", "owner"] {
            assert!(!made.html.to_lowercase().contains(word), "{word}");
        }
        assert!(made.html.contains("Contact info"));
    }
}
