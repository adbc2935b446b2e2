//! From what was seen at guessed domains to the probability of each.

use super::guess::{Guess, NONE_OF_THEM};
use super::identity::SiteIdentity;

/// How a domain takes mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mail {
    /// It has an MX.
    Mx,
    /// It has none, but an address that mail falls back to (RFC 5321 5.1).
    Implicit,
    /// It takes none.
    None,
    /// DNS gave no answer.
    Unknown,
}

/// What was seen at a guessed domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The guess.
    pub guess: Guess,
    /// Whether it takes mail.
    pub mail: Mail,
    /// What its site says of itself; `None` where there was no time to ask.
    pub site: Option<SiteIdentity>,
}

/// A guessed domain with its posterior probability.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// The domain.
    pub domain: String,
    /// Probability that it is the company's mail domain.
    pub probability: f64,
    /// Whether its site names the company.
    pub named: bool,
    /// Whether that is sure enough to act on as on a given domain.
    pub confirmed: bool,
}

/// From this probability on, a domain whose site names the company is confirmed.
pub const CONFIRMED_FROM: f64 = 0.9;

/// How much likelier what was seen is at the company's own domain than at another's. Own
/// judgement, to be replaced by counts once outcomes are known.
fn likelihood_ratio(seen: &Seen) -> f64 {
    let mail = match seen.mail {
        Mail::Mx => 1.0,
        Mail::Implicit => 0.15,
        Mail::Unknown => 0.3,
        Mail::None => return 0.0,
    };
    let site = match seen.site {
        Some(SiteIdentity::Names) => 80.0,
        Some(SiteIdentity::Mentions) => 8.0,
        Some(SiteIdentity::NamesOther) => 0.08,
        Some(SiteIdentity::Parked) => 0.01,
        // A site that says nothing, or none at all, is common at either.
        Some(SiteIdentity::Silent | SiteIdentity::Unreachable) | None => 0.6,
    };
    mail * site
}

/// The guesses with their posterior probabilities, likeliest first; those that cannot be
/// are left out. Two sites that both name the company leave neither confirmed: they may be
/// namesakes.
#[must_use]
pub fn weigh(seen: &[Seen]) -> Vec<Weighed> {
    let weights: Vec<f64> = seen
        .iter()
        .map(|seen| seen.guess.prior * likelihood_ratio(seen))
        .collect();
    let total: f64 = weights.iter().sum::<f64>() + NONE_OF_THEM;
    let names = |seen: &Seen| seen.site == Some(SiteIdentity::Names) && seen.mail != Mail::None;
    let naming = seen.iter().filter(|seen| names(seen)).count();
    let mut all: Vec<Weighed> = seen
        .iter()
        .zip(&weights)
        .filter(|(_, weight)| **weight > 0.0)
        .map(|(seen, weight)| {
            let probability = weight / total;
            let named = names(seen);
            Weighed {
                domain: seen.guess.domain.clone(),
                probability,
                named,
                confirmed: named && naming == 1 && probability >= CONFIRMED_FROM,
            }
        })
        .collect();
    all.sort_by(|a, b| {
        b.probability
            .total_cmp(&a.probability)
            .then_with(|| a.domain.cmp(&b.domain))
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(domain: &str, prior: f64, mail: Mail, site: Option<SiteIdentity>) -> Seen {
        Seen {
            guess: Guess {
                domain: domain.to_owned(),
                prior,
            },
            mail,
            site,
        }
    }

    #[test]
    fn a_site_that_names_the_company_confirms() {
        let all = weigh(&[
            seen("acme.com", 0.5, Mail::Mx, Some(SiteIdentity::Names)),
            seen("acme.io", 0.05, Mail::Mx, Some(SiteIdentity::NamesOther)),
        ]);
        assert!(all[0].confirmed && all[0].probability > 0.95);
        assert!(!all[1].confirmed && all[1].probability < 0.01);
    }

    #[test]
    fn mail_alone_does_not() {
        let all = weigh(&[seen("acme.com", 0.5, Mail::Mx, None)]);
        assert!(!all[0].confirmed && all[0].probability < 0.7);
    }

    #[test]
    fn namesakes_leave_it_open() {
        let all = weigh(&[
            seen("acme.com", 0.5, Mail::Mx, Some(SiteIdentity::Names)),
            seen("acme.io", 0.05, Mail::Mx, Some(SiteIdentity::Names)),
        ]);
        assert!(all.iter().all(|weighed| !weighed.confirmed));
        assert!(all[0].probability > all[1].probability);
    }

    #[test]
    fn a_domain_without_mail_is_out() {
        let all = weigh(&[seen("acme.com", 0.5, Mail::None, Some(SiteIdentity::Names))]);
        assert!(all.is_empty());
    }

    #[test]
    fn a_rejected_first_guess_lifts_the_second() {
        let all = weigh(&[
            seen("acme.com", 0.5, Mail::Mx, Some(SiteIdentity::NamesOther)),
            seen("acme.de", 0.2, Mail::Mx, Some(SiteIdentity::Names)),
        ]);
        assert_eq!(all[0].domain, "acme.de");
        assert!(all[0].confirmed);
    }
}
