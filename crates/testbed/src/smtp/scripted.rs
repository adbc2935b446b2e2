//! Conversations that a script decides.

use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::Session;
use super::reply::Act;
use crate::character::Mailbox;
use crate::script::{Fresh, Moment, Packets, Rule, Script, Step};

/// What a rule makes a server do.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) bytes: Vec<u8>,
    packets: Packets,
    delay: Duration,
    pub(super) close: bool,
    pub(super) silent: bool,
    pub(super) broken: bool,
}

impl Session<'_> {
    fn script(&self) -> Option<&'static Script> {
        self.domain()?.spec().script()
    }

    pub(super) fn is_scripted(&self) -> bool {
        self.script().is_some()
    }

    /// What the script says at this step, if anything; a recipient with its sender and
    /// mailbox.
    pub(super) fn scripted(
        &self,
        step: Step,
        recipient: Option<(&str, &str, Mailbox)>,
    ) -> Option<Act> {
        let script = self.script()?;
        let state = self.domain()?;
        let address = recipient.map_or("", |(_, address, _)| address);
        let local = address.rsplit_once('@').map_or("", |(local, _)| local);
        let moment = Moment {
            step,
            host: &self.server.host,
            recipient: recipient.map(|(_, _, mailbox)| (mailbox, local)),
            sender: self.sender.as_deref(),
            encrypted: self.encrypted,
            connection: self.connection,
            open: self.server.stats.of(self.name()).open,
            refused: self.refused,
            refused_ever: state.refused_ever.load(Ordering::Relaxed),
            accepted: self.accepted,
            recipients: self.session_recipients,
            transaction_recipients: self.transaction_recipients,
        };
        let sender = self.sender.as_deref().unwrap_or_default();
        let is_fresh = |rule: &Rule| match rule.fresh {
            None => true,
            Some(Fresh::Triplet) => state.greylists(sender, address),
            Some(Fresh::Recipient) => state.greylists("", address),
            Some(Fresh::Sender) => state.greylists(sender, ""),
        };
        let rule = script
            .rules
            .iter()
            .find(|rule| rule.fits(&moment) && is_fresh(rule))?;
        Some(Act::Scripted(self.reply(rule, address, local)))
    }

    fn reply(&self, rule: &Rule, address: &str, local: &str) -> Reply {
        let domain = self.name();
        let mut bytes = vec![];
        if !rule.say.is_empty() {
            let said = rule
                .say
                .replace("{rcpt}", address)
                .replace("{local}", local)
                .replace("{domain}", domain)
                .replace("{sender}", self.sender.as_deref().unwrap_or_default())
                .replace("{helo}", &self.helo)
                .replace("{host}", &format!("{}.{domain}", self.server.host));
            for line in said.trim_end_matches('\n').split('\n') {
                bytes.extend_from_slice(line.trim_start().as_bytes());
                bytes.extend_from_slice(b"\r\n");
            }
        }
        bytes.extend(hex(&rule.hex));
        let refused = u32::try_from(self.refused).unwrap_or(u32::MAX);
        Reply {
            bytes,
            packets: rule.packets,
            delay: Duration::from_millis(rule.delay_ms)
                + Duration::from_millis(rule.delay_per_refusal_ms) * refused,
            close: rule.close,
            silent: rule.silent,
            broken: rule.broken,
        }
    }

    /// Says it; false when the server has hung up.
    pub(super) async fn recite(&mut self, reply: Reply) -> io::Result<bool> {
        if !reply.delay.is_zero() {
            tokio::time::sleep(reply.delay).await;
        }
        if reply.broken || reply.silent {
            self.spoiled = true;
        }
        if reply.close {
            self.close();
        }
        let pieces: Vec<&[u8]> = match reply.packets {
            Packets::One => vec![&reply.bytes],
            Packets::Lines => reply.bytes.split_inclusive(|&byte| byte == b'\n').collect(),
            Packets::Bytes => reply.bytes.chunks(1).collect(),
        };
        for (index, piece) in pieces.into_iter().enumerate() {
            if index > 0 && reply.packets == Packets::Lines {
                tokio::time::sleep(reply.delay).await;
            }
            self.stream.write_all(piece).await?;
            self.stream.flush().await?;
        }
        if reply.silent {
            while self.line().await?.is_some() {}
            return Ok(false);
        }
        if reply.close {
            self.stream.shutdown().await?;
        }
        Ok(!reply.close)
    }
}

/// The bytes that pairs of hexadecimal digits stand for; others are passed over.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|digit| u8::try_from(digit.to_digit(16)?).ok())
        .collect();
    digits
        .chunks_exact(2)
        .filter_map(|pair| match pair {
            [high, low] => Some(high << 4 | low),
            _ => None,
        })
        .collect()
}
