//! Domains that a company of some name may have.

use std::collections::HashMap;

use lode_verify::Domain;

use crate::company::CompanyName;

/// A guessed domain with its prior weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The domain.
    pub domain: String,
    /// Prior weight, beside [`NONE_OF_THEM`]; of the guesses from a name it is the probability
    /// that it is the company's, and all of them together stay below 1.
    pub prior: f64,
}

/// Prior weight of a domain that somebody names for the company, beside all guesses from the
/// name and [`NONE_OF_THEM`], which together weigh 1: three of five are right. Own judgement,
/// to be replaced by counts once outcomes are known.
pub const NAMED: f64 = 1.5;

/// The guesses from a company's name with the domains that somebody names for it, those first.
#[must_use]
pub fn with_named(company: &CompanyName, named: &[Domain]) -> Vec<Guess> {
    let mut all: Vec<Guess> = Vec::new();
    let mut others = guesses(company);
    for domain in named {
        let domain = domain.as_str();
        if all.iter().any(|known| known.domain == domain) {
            continue;
        }
        // Our own guess of the same domain supports it.
        let known = others.iter().position(|guess| guess.domain == domain);
        let guessed = known.map_or(0.0, |at| others.remove(at).prior);
        all.push(Guess {
            domain: domain.to_owned(),
            prior: NAMED + guessed,
        });
    }
    all.extend(others);
    all
}

/// Probability that a company's domain is none of the guesses.
pub const NONE_OF_THEM: f64 = 0.25;

/// Most guesses made.
pub const GUESSES_MAX: usize = 24;

/// Top-level domains of companies whose name gives no country away, with how common they
/// are among them. Own judgement.
const TLDS: &[(&str, f64)] = &[
    ("com", 0.66),
    ("io", 0.07),
    ("co", 0.035),
    ("ai", 0.045),
    ("net", 0.03),
    ("org", 0.03),
    ("de", 0.03),
    ("co.uk", 0.02),
    ("eu", 0.015),
    ("fr", 0.01),
    ("nl", 0.01),
    ("app", 0.01),
    ("dev", 0.005),
    ("tech", 0.01),
    ("us", 0.005),
];

/// Share of companies with a national legal form that have one of its country's domains.
const COUNTRY_SHARE: f64 = 0.55;

/// Words that may end a name and are also top-level domains: "Acme AI" at `acme.ai`.
const WORD_TLDS: &[&str] = &[
    "ai",
    "io",
    "app",
    "agency",
    "bio",
    "capital",
    "care",
    "cloud",
    "consulting",
    "design",
    "dev",
    "digital",
    "energy",
    "engineering",
    "fund",
    "games",
    "group",
    "health",
    "law",
    "legal",
    "marketing",
    "media",
    "network",
    "partners",
    "security",
    "software",
    "solutions",
    "studio",
    "systems",
    "tech",
    "technology",
    "tv",
    "ventures",
    "works",
    "world",
    "xyz",
];

/// Words at the end of a name that its domain often leaves out.
const DESCRIPTORS: &[&str] = &[
    "ag",
    "agency",
    "associates",
    "bank",
    "capital",
    "consultancy",
    "consulting",
    "digital",
    "energy",
    "engineering",
    "enterprises",
    "global",
    "group",
    "gruppe",
    "groep",
    "groupe",
    "grupo",
    "gruppo",
    "health",
    "healthcare",
    "holding",
    "holdings",
    "industries",
    "international",
    "labs",
    "logistics",
    "management",
    "marketing",
    "media",
    "networks",
    "partners",
    "pharma",
    "pharmaceuticals",
    "semiconductor",
    "services",
    "software",
    "solutions",
    "studio",
    "studios",
    "systems",
    "tech",
    "technologies",
    "technology",
    "usa",
    "ventures",
    "worldwide",
];

/// Words that initials pass over.
const FILLERS: &[&str] = &[
    "and", "of", "the", "for", "und", "der", "die", "das", "et", "de", "du", "la", "y",
];

/// Guesses from a name, likeliest first.
#[must_use]
pub fn guesses(name: &CompanyName) -> Vec<Guess> {
    let mut found: HashMap<String, f64> = HashMap::new();
    let mut add = |domain: String, weight: f64| {
        let whole = psl::domain_str(&domain) == Some(domain.as_str());
        if whole && lode_verify::Domain::parse(&domain).is_ok() {
            *found.entry(domain).or_insert(0.0) += weight;
        }
    };
    let tlds = tlds(&name.country_tlds);
    let mut rest = 1.0;
    if let Some(domain) = &name.as_domain {
        add(domain.clone(), 0.85);
        rest = 0.15;
    }
    if let Some((stem, tld)) = word_tld(&name.words) {
        let share = if matches!(tld, "ai" | "io") {
            0.35
        } else {
            0.12
        };
        add(format!("{stem}.{tld}"), rest * share);
        rest *= 1.0 - share;
    }
    for (words, share) in spellings(name) {
        for (label, weight) in labels(words) {
            for (tld, of_tld) in &tlds {
                add(format!("{label}.{tld}"), rest * share * weight * of_tld);
            }
        }
    }
    let mut list: Vec<Guess> = found
        .into_iter()
        .map(|(domain, prior)| Guess { domain, prior })
        .collect();
    list.sort_by(|a, b| {
        b.prior
            .total_cmp(&a.prior)
            .then_with(|| a.domain.cmp(&b.domain))
    });
    list.truncate(GUESSES_MAX);
    let total: f64 = list.iter().map(|guess| guess.prior).sum();
    if total > 0.0 {
        for guess in &mut list {
            guess.prior *= (1.0 - NONE_OF_THEM) / total;
        }
    }
    list
}

/// The ways to write the name's words, with their shares.
fn spellings(name: &CompanyName) -> Vec<(&[String], f64)> {
    let mut all: Vec<(&[String], f64)> = Vec::new();
    let aliases = if name.aliases.is_empty() { 0.0 } else { 0.3 };
    match &name.digraph_words {
        Some(digraph) => {
            all.push((digraph, (1.0 - aliases) * 0.65));
            all.push((&name.words, (1.0 - aliases) * 0.35));
        }
        None => all.push((&name.words, 1.0 - aliases)),
    }
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let each = aliases / name.aliases.len().max(1) as f64;
    all.extend(name.aliases.iter().map(|alias| (alias.as_slice(), each)));
    all
}

fn tlds(country: &[&'static str]) -> Vec<(&'static str, f64)> {
    let general = if country.is_empty() {
        1.0
    } else {
        1.0 - COUNTRY_SHARE
    };
    let mut all: Vec<(&str, f64)> = TLDS
        .iter()
        .map(|(tld, share)| (*tld, share * general))
        .collect();
    let mut left = COUNTRY_SHARE;
    for (at, tld) in country.iter().enumerate().take(3) {
        let share = if at + 1 == country.len().min(3) {
            left
        } else {
            left * 0.7
        };
        left -= share;
        match all.iter_mut().find(|(known, _)| known == tld) {
            Some((_, known)) => *known += share,
            None => all.push((tld, share)),
        }
    }
    all
}

fn word_tld(words: &[String]) -> Option<(String, &str)> {
    let (last, before) = words.split_last()?;
    (!before.is_empty() && WORD_TLDS.contains(&last.as_str()))
        .then(|| (plain(before).concat(), last.as_str()))
}

/// The words without signs that no domain can have.
fn plain(words: &[String]) -> Vec<&str> {
    words
        .iter()
        .map(String::as_str)
        .filter(|word| !matches!(*word, "&" | "+"))
        .collect()
}

/// Domain labels for a name, with their shares.
fn labels(words: &[String]) -> Vec<(String, f64)> {
    let spelt = plain(words);
    let mut all: Vec<(String, f64)> = Vec::new();
    let mut add = |label: String, weight: f64| {
        if label.len() > 1 && label.len() <= 63 {
            all.push((label, weight));
        }
    };
    let whole = spelt.concat();
    if spelt.len() < 2 {
        add(whole, 1.0);
        return all;
    }
    add(spelt.join("-"), 0.11);
    if words.iter().any(|word| word == "&") {
        let with = |sign: &str| {
            words
                .iter()
                .map(|word| match word.as_str() {
                    "&" => sign,
                    "+" => "",
                    word => word,
                })
                .collect::<String>()
        };
        add(with("and"), 0.12);
        add(with("und"), 0.02);
        add(with("n"), 0.02);
    }
    add(whole, 0.5);
    // The name without its descriptors, and its first word alone.
    let core = spelt
        .iter()
        .rposition(|word| !DESCRIPTORS.contains(word))
        .map_or(spelt.len(), |at| at + 1);
    if let Some(core) = spelt.get(..core)
        && core.len() < spelt.len()
    {
        add(core.concat(), 0.22);
        if core.len() > 1 {
            add(core.join("-"), 0.03);
        }
    }
    if let Some(first) = spelt.first().filter(|first| first.len() > 2) {
        add((*first).to_owned(), 0.08);
    }
    if let Some(without) = spelt.strip_prefix(&["the"]) {
        add(without.concat(), 0.2);
    }
    let initials: String = spelt
        .iter()
        .filter(|word| !FILLERS.contains(word))
        .filter_map(|word| word.chars().next())
        .collect();
    if initials.len() > 2 {
        add(initials, 0.12);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(name: &str, n: usize) -> Vec<String> {
        guesses(&CompanyName::parse(name).unwrap())
            .into_iter()
            .take(n)
            .map(|guess| guess.domain)
            .collect()
    }

    #[test]
    fn plain_names() {
        assert_eq!(first("Acme", 1), ["acme.com"]);
        let all = first("Acme Robotics GmbH", 24);
        for expected in [
            "acmerobotics.de",
            "acmerobotics.com",
            "acme-robotics.de",
            "acme-robotics.com",
            "acme.com",
            "acmerobotics.io",
        ] {
            assert!(
                all.contains(&expected.to_owned()),
                "{expected} not in {all:?}"
            );
        }
        assert_eq!(all.first().unwrap(), "acmerobotics.de");
    }

    #[test]
    fn special_forms() {
        assert_eq!(first("Example.com", 1), ["example.com"]);
        assert!(first("Acme AI", 3).contains(&"acme.ai".to_owned()));
        assert!(first("Muster & Beispiel", 4).contains(&"musterandbeispiel.com".to_owned()));
        assert!(first("Example Business Machines", 9).contains(&"ebm.com".to_owned()));
        assert!(first("Acme Technologies", 3).contains(&"acme.com".to_owned()));
        assert!(first("Müßig Werke AG", 4).contains(&"muessigwerke.de".to_owned()));
    }

    #[test]
    fn probabilities_leave_room_for_none() {
        for name in [
            "Acme",
            "Acme Robotics GmbH",
            "Muster & Beispiel GmbH & Co. KG",
            "Acme (AC)",
        ] {
            let all = guesses(&CompanyName::parse(name).unwrap());
            let total: f64 = all.iter().map(|guess| guess.prior).sum();
            assert!(
                (total - (1.0 - NONE_OF_THEM)).abs() < 1e-9,
                "{name}: {total}"
            );
            assert!(all.len() <= GUESSES_MAX);
        }
    }

    #[test]
    fn no_guess_is_a_public_suffix() {
        assert!(first("Co", 24).iter().all(|domain| domain != "co.uk"));
    }
}
