//! What a reply repeats of our own words is taken out before it is read: an address like
//! `mailbox.full@blocked-spam.example` must not decide what a reply means.

use super::words;
use crate::address::Address;

/// Our own words that a reply may repeat.
#[derive(Debug, Clone, Default)]
pub struct Echoes {
    /// Taken out wherever they stand.
    whole: Vec<String>,
    /// Taken out where they stand as a word of their own: local parts, which may be a
    /// word like `user`.
    words: Vec<String>,
    /// The local parts among them.
    names: Vec<String>,
    recipient: Option<String>,
    sender: Option<String>,
}

impl Echoes {
    /// The words of one question: the recipient, our sender and our name.
    #[must_use]
    pub fn new(recipient: Option<&Address>, sender: Option<&Address>, helo: &str) -> Self {
        let text = |address: Option<&Address>| address.map(|it| it.to_string().to_lowercase());
        let mut echoes = Self {
            recipient: text(recipient),
            sender: text(sender),
            ..Self::default()
        };
        for address in recipient.into_iter().chain(sender) {
            let domain = address.domain().as_str();
            echoes.whole.push(address.to_string().to_lowercase());
            echoes.whole.push(domain.to_owned());
            if let Some((first, _)) = domain.split_once('.')
                && first.len() >= 4
            {
                // "company-com.mail.protection…" and the like repeat the first label alone.
                echoes.words.push(first.to_owned());
            }
            echoes.names.push(address.local().to_lowercase());
        }
        echoes.words.extend(echoes.names.iter().cloned());
        if !helo.is_empty() {
            echoes.whole.push(helo.to_lowercase());
        }
        // The longer first: an address before its domain, a domain before its parent.
        echoes
            .whole
            .sort_by_key(|text| std::cmp::Reverse(text.len()));
        echoes
            .words
            .sort_by_key(|text| std::cmp::Reverse(text.len()));
        echoes
    }

    /// Also the server's own name or address, which says nothing either
    /// (`mx.spam-filter.example`).
    #[must_use]
    pub fn with_host(mut self, host: &str) -> Self {
        // Behind the addresses: a host below the recipient's domain goes with it or alone.
        if host.contains(['.', ':']) {
            self.whole.insert(0, host.to_lowercase());
        }
        self
    }

    /// Whether the text, in lower case, names our sender and not the recipient: then it
    /// speaks of the sender.
    #[must_use]
    pub(super) fn names_sender(&self, text: &str) -> bool {
        let names = |who: &Option<String>| who.as_ref().is_some_and(|who| text.contains(who));
        names(&self.sender) && !names(&self.recipient)
    }

    /// The text without the local parts too, also where a sentence has them as plain words
    /// (`marlow is not known`): for comparing replies, not for their meaning. Words that
    /// replies are made of (`user`) stay.
    #[must_use]
    pub(super) fn strip_names(&self, text: &str) -> String {
        let mut left = text.to_owned();
        for word in self.names.iter().filter(|name| !words::is_vocabulary(name)) {
            left = without(&left, word, true);
        }
        left
    }

    /// The text without the echoes. `text` is in lower case.
    #[must_use]
    pub fn strip(&self, text: &str) -> String {
        let mut left = text.to_owned();
        for echo in &self.whole {
            left = left.replace(echo.as_str(), " ");
        }
        for word in &self.words {
            left = without(&left, word, false);
        }
        left
    }
}

/// The text without `word` where no letter, digit or address character adjoins it. A plain
/// word (`user`, `unknown`) is taken out only where it is marked as a quotation, since the
/// reply may mean it, unless `plain_too`.
fn without(text: &str, word: &str, plain_too: bool) -> String {
    if word.len() < 2 {
        return text.to_owned();
    }
    let plain = !plain_too && word.chars().all(char::is_alphabetic);
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let quotes = |c: char| matches!(c, '<' | '>' | '"' | '\'' | '(' | ')' | '[' | ']' | '`');
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(word) {
        let (prior, next) = (before.chars().next_back(), after.chars().next());
        // A full stop ends a sentence unless a letter follows it.
        let next_inside = next.is_some_and(|c| match c {
            '.' => after.chars().nth(1).is_some_and(char::is_alphanumeric),
            other => inside(other),
        });
        let alone = !prior.is_some_and(inside) && !next_inside;
        let quoted = prior.is_some_and(quotes) && next.is_some_and(quotes);
        left.push_str(before);
        left.push_str(if alone && (!plain || quoted) {
            " "
        } else {
            word
        });
        rest = after;
    }
    left.push_str(rest);
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn echoes(address: &str) -> Echoes {
        Echoes::new(
            Some(&Address::parse(address).unwrap()),
            None,
            "probe.example",
        )
    }

    #[test]
    fn addresses_domains_and_local_parts_go() {
        let echoes = echoes("mailbox.full@spam-blocked.example");
        let left = echoes.strip("<mailbox.full@spam-blocked.example>: mailbox.full of spam-blocked.example is mailbox.fuller");
        assert_eq!(
            left.split_whitespace().collect::<Vec<_>>(),
            ["<", ">:", "of", "is", "mailbox.fuller"]
        );
    }

    #[test]
    fn a_plain_word_goes_only_where_it_is_quoted() {
        let echoes = echoes("user@firm.example");
        assert_eq!(echoes.strip("user unknown").trim(), "user unknown");
        assert_eq!(echoes.strip("<user>: unknown").trim(), "< >: unknown");
    }

    #[test]
    fn the_servers_own_name_goes() {
        let echoes = echoes("ada@firm.example").with_host("mx.spam-blocked.example");
        assert_eq!(
            echoes.strip("mx.spam-blocked.example ready").trim(),
            "ready"
        );
    }

    #[test]
    fn replies_that_differ_in_the_name_alone_are_alike() {
        let template = |local: &str| {
            let address = Address::parse(&format!("{local}@firm.example")).unwrap();
            let reply = crate::smtp::Reply {
                code: 550,
                lines: vec![format!("{local} rejected")],
            };
            let echoes = Echoes::new(Some(&address), None, "");
            crate::classify::rcpt_answer("", &reply, &echoes).template
        };
        assert_eq!(template("emarlow"), template("annabrandale"));
        assert_eq!(template("emarlow"), "550 - rejected");
        // A word that replies are made of is not taken for the name.
        assert_eq!(template("mailbox"), "550 - mailbox rejected");
    }

    proptest! {
        #[test]
        fn an_echo_never_changes_the_meaning(
            local in "[a-z]{3,9}[._-](full|blocked|spam|unknown|disabled|policy|quota|listed)",
            label in "(mailbox-full|user-unknown|spamhaus|blocked-by-policy|greylisted|relay-denied)",
        ) {
            use crate::classify::rcpt_answer;
            use crate::smtp::Reply;
            let odd = Address::parse(&format!("{local}@{label}.example")).unwrap();
            let plain = Address::parse("ada.marlow@quiet.example").unwrap();
            for (code, form) in [
                (550, "5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table"),
                (550, "Unrouteable address {}"),
                (550, "5.7.1 <{}>: Recipient address rejected: Access denied"),
                (450, "4.2.0 <{}>: Recipient address rejected: Greylisted"),
                (550, "{} rejected"),
            ] {
                let answer = |address: &Address| {
                    let shown = address.to_string();
                    let reply = Reply { code, lines: vec![form.replace("{}", &shown)] };
                    let answer = rcpt_answer(&shown, &reply, &Echoes::new(Some(address), None, ""));
                    (answer.class, answer.template)
                };
                prop_assert_eq!(answer(&odd), answer(&plain));
            }
        }
    }
}
