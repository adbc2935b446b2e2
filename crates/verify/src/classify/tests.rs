//! Replies as servers send them, with their meaning. Addresses are invented.

use super::*;
use crate::address::Address;

fn class(asked: Asked, text: &str) -> ReplyClass {
    let mut parser = crate::smtp::ReplyParser::default();
    parser.feed(text.replace('\n', "\r\n").as_bytes());
    parser.feed(b"\r\n");
    let reply = parser.next_reply().unwrap().unwrap();
    let recipient = Address::parse("ada.marlow@firm.example").unwrap();
    let sender = Address::parse("verify@lode.example").unwrap();
    let echoes = Echoes::new(Some(&recipient), Some(&sender), "probe.lode.example");
    classify(asked, &reply, &echoes)
}

#[test]
fn replies_to_rcpt() {
    use ReplyClass::*;
    for (text, meaning) in [
        ("250 2.1.5 Ok", Accepted),
        (
            "251 User not local; will forward to <a@b.example>",
            Accepted,
        ),
        (
            "252 2.0.0 Cannot VRFY user, but will accept message",
            Ambiguous,
        ),
        ("354 go on", Ambiguous),
        // CommuniGate's words for an account of its own.
        (
            "250 ada.marlow@firm.example will leave the Internet",
            Accepted,
        ),
        // What is said of the sender, in words or with the code of a missing mailbox.
        (
            "550-Verification failed for <verify@lode.example>\n550-Called: 192.0.2.1\n550 Response: 550 5.1.1 No such user",
            SenderRefused,
        ),
        (
            "550 5.1.1 <verify@lode.example>: address rejected: User unknown",
            SenderRefused,
        ),
        (
            "550 5.1.1 <ada.marlow@firm.example>: Sender address rejected: User unknown",
            SenderRefused,
        ),
        (
            "550-Verification failed for <verify@lode.example>\n550-The mail server could not deliver mail to verify@lode.example.\n550 The account or domain may not exist, they may be blacklisted, or missing the proper dns entries.",
            Policy,
        ),
        (
            "550-Verification failed for <ada.marlow@firm.example>\n550-The mail server could not deliver mail to ada.marlow@firm.example.\n550 The account or domain may not exist",
            Ambiguous,
        ),
        // Refusals of us in other languages.
        ("550 Ihre IP-Adresse 192.0.2.9 ist gesperrt", Policy),
        (
            "550 Zugriff verweigert: Server steht auf einer Sperrliste",
            Policy,
        ),
        ("550 Votre adresse IP est bloquée", Policy),
        ("550 Accès refusé : serveur sur liste noire", Policy),
        ("550 Su dirección IP figura en una lista negra", Policy),
        ("550 O seu IP foi bloqueado", Policy),
        ("550 Il vostro indirizzo IP è bloccato", Policy),
        ("550 Twój adres IP jest zablokowany", Policy),
        ("554 Соединение отклонено, ваш IP в чёрном списке", Policy),
        ("550 服务器已被列入黑名单", Policy),
        ("550 Relaying nicht erlaubt", Policy),
        ("550 Relais interdit", Policy),
        ("550 该用户不存在", NoMailbox),
        // What a server behind the gateway said of the recipient.
        (
            "550-Callout verification failed:\n550 550 <ada.marlow@firm.example>: user unknown",
            NoMailbox,
        ),
        // Advice and threats behind the reason.
        (
            "550-5.1.1 <ada.marlow@firm.example>: User unknown\n550 5.1.1 Senders of spam are blocked by policy and listed",
            NoMailbox,
        ),
        ("550 5.1.1 Too many unknown users; slow down", Policy),
        (
            "550 5.1.1 <ada.marlow@firm.example>: your host is listed in a blocklist",
            Policy,
        ),
        ("550 Mailbox unavailable or access denied", Ambiguous),
        (
            "550 5.2.1 <ada.marlow@firm.example>: no such user",
            NoMailbox,
        ),
        ("525 5.7.13 Disabled recipient address", Disabled),
        ("550 The account has been terminated", Disabled),
        ("552 Mailbox size exceeded", Full),
        // No such mailbox.
        (
            "550 5.1.1 <ada.marlow@firm.example>: Recipient address rejected: User unknown in virtual mailbox table",
            NoMailbox,
        ),
        (
            "550 5.1.1 <ada.marlow@firm.example>: Recipient address rejected: User unknown in local recipient table",
            NoMailbox,
        ),
        (
            "550 5.4.1 Recipient address rejected: Access denied. [AM0PR01.eurprd01.prod.outlook.com 2026-01-01T00:00:00.000Z 08DC]",
            NoMailbox,
        ),
        (
            "550 5.4.1 All recipient addresses rejected : Access denied [AM0PR01.eurprd01.prod.outlook.com]",
            NoMailbox,
        ),
        ("550 Dynamic IP, user unknown to us", Policy),
        (
            "550 5.4.1 [ada.marlow@firm.example]: Recipient address rejected: Access denied",
            NoMailbox,
        ),
        ("550 Unrouteable address", NoMailbox),
        (
            "524 5.2.4 Mailing list expansion problem: <ada.marlow@firm.example>",
            NoMailbox,
        ),
        (
            "550 Invalid recipient: <ada.marlow@firm.example>",
            NoMailbox,
        ),
        (
            "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550 5.1.1 unnecessary spaces. abc123 - gsmtp",
            NoMailbox,
        ),
        (
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            NoMailbox,
        ),
        ("550 #5.1.0 Address rejected.", NoMailbox),
        (
            "553 sorry, no mailbox here by that name. (#5.1.1)",
            NoMailbox,
        ),
        (
            "554 delivery error: dd This user doesn't have an account here",
            NoMailbox,
        ),
        ("550 No such user here", NoMailbox),
        (
            "511 5.1.1 unknown address or alias: ada.marlow@firm.example",
            NoMailbox,
        ),
        ("550 5.1.6 recipient no longer on server", NoMailbox),
        // Anything.
        (
            "550 Requested action not taken: mailbox unavailable",
            Ambiguous,
        ),
        (
            "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).",
            Ambiguous,
        ),
        ("554 Transaction failed", Ambiguous),
        ("550 rejected", Ambiguous),
        ("550 5.7.1 No such user", Ambiguous),
        ("550 5.4.1 no answer from host", Ambiguous),
        // Two states, one of which is not to exist.
        ("550 5.1.1 user unknown or mailbox full", Ambiguous),
        (
            "550 Mailbox (ada.marlow@firm.example) not found or inactivated",
            Ambiguous,
        ),
        ("451 user unknown or mailbox full", Temporary),
        ("550 No such user or mailbox", NoMailbox),
        // The form of an address is not its owner.
        ("501 5.1.3 Bad recipient address syntax", Ambiguous),
        ("553 mailbox name not allowed", Ambiguous),
        // Taken without a look.
        (
            "250 2.1.5 ada.marlow@firm.example... Recipient ok (will queue)",
            Ambiguous,
        ),
        // Over quota, disabled.
        ("552 the user's space has been used up", Full),
        ("550 user has too many messages on the server", Full),
        ("450 4.2.2 temporary failure; please retry later", Temporary),
        ("550 5.2.2 Submission quota exceeded", Policy),
        ("452 4.7.3 Organization queue quota exceeded", RateLimited),
        (
            "550 Mailbox is locked due to inactivity for more than 150 days",
            Disabled,
        ),
        (
            "554 5.7.1 User ada.marlow should log in to enable receiving the mail",
            Disabled,
        ),
        (
            "554 5.7.1 <ada.marlow@firm.example>: Recipient address rejected: Bloqueado pelo sistema antispam",
            Policy,
        ),
        ("452 4.2.2 Mailbox full", Full),
        (
            "552 5.2.2 <ada.marlow@firm.example>: user is over quota",
            Full,
        ),
        (
            "552 Requested mail action aborted: exceeded storage allocation",
            Full,
        ),
        (
            "450 4.2.2 The email account that you tried to reach is over quota",
            Full,
        ),
        (
            "550 5.2.1 The email account that you tried to reach is disabled",
            Disabled,
        ),
        (
            "554 30 Sorry, your message to ada.marlow@firm.example cannot be delivered. This mailbox is disabled (554.30).",
            Disabled,
        ),
        ("550 account has been suspended", Disabled),
        // Later.
        (
            "450 4.2.0 <ada.marlow@firm.example>: Recipient address rejected: Greylisted, see http://postgrey.example/help",
            Temporary,
        ),
        (
            "451 4.7.1 Greylisting in action, please come back later",
            Temporary,
        ),
        ("451 4.3.0 Temporary lookup failure", Temporary),
        ("452 4.3.1 Insufficient system storage", Temporary),
        (
            "450 4.1.1 <ada.marlow@firm.example>: Recipient address rejected: unverified address: Address verification in progress",
            Temporary,
        ),
        ("421 4.7.0 Too many errors", RateLimited),
        (
            "450 4.7.1 Client host rejected: cannot find your reverse hostname",
            RateLimited,
        ),
        ("452 4.5.3 Too many recipients", TooManyRecipients),
        ("452 Too many recipients", TooManyRecipients),
        (
            "554 5.7.1 Greylisted, please try again in 300 seconds",
            Temporary,
        ),
        (
            "451 4.7.1 <verify@lode.example>: Sender address rejected: greylisted",
            Temporary,
        ),
        // In other languages, or with a help page's address.
        ("550 Empfänger unbekannt", NoMailbox),
        ("550 5.0.0 L'utilisateur n'existe pas", NoMailbox),
        ("550 El destinatario no existe", NoMailbox),
        (
            "550 No such user - see https://help.firm.example/spam-policy/blocked",
            NoMailbox,
        ),
        (
            "550 rejected, see https://www.spamhaus.org/query/ip/198.51.100.7",
            Policy,
        ),
        ("556 5.1.10 Recipient domain has null MX", NoMailbox),
        ("552 Mailbox is over its quota", Full),
        ("550 5.7.1 Must issue a STARTTLS command first", TlsRequired),
        // What the mailbox's owner wants, or how much comes to it: it exists.
        ("550 5.1.1 Refused due to recipient preferences", Policy),
        (
            "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more",
            Policy,
        ),
        // About us.
        (
            "550 5.1.1 sender address is invalid: no such user",
            SenderRefused,
        ),
        ("554 5.7.1 sender not authorized", SenderRefused),
        (
            "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
            SenderRefused,
        ),
        ("550 5.1.2 Too many RCPT errors, disconnecting.", Policy),
        (
            "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.5.3 - checks)",
            Policy,
        ),
        (
            "550 5.7.1 <ada.marlow@firm.example>: Recipient address rejected: Access denied",
            Policy,
        ),
        (
            "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/198.51.100.7",
            Policy,
        ),
        (
            "554 5.7.1 <ada.marlow@firm.example>: Relay access denied",
            Policy,
        ),
        ("550 5.7.1 Unable to relay", Policy),
        ("550 5.1.1 Mail from your IP was blocked", Policy),
        ("550 relay not permitted", Policy),
        (
            "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            Policy,
        ),
        ("550 Administrative prohibition", Policy),
        (
            "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required",
            Policy,
        ),
        ("530 5.7.0 Authentication required", Policy),
        ("571 Delivery not authorized, message refused", Policy),
        (
            "550 5.7.1 <verify@lode.example>: Sender address rejected: Access denied",
            SenderRefused,
        ),
        (
            "550 5.1.8 <verify@lode.example>: Sender address rejected: Domain not found",
            SenderRefused,
        ),
        ("550 Sender verify failed", SenderRefused),
        (
            "450 4.1.8 <verify@lode.example>: Sender address rejected: Domain not found",
            SenderRefused,
        ),
        ("530 5.7.0 Must issue a STARTTLS command first", TlsRequired),
    ] {
        assert_eq!(class(Asked::Rcpt, text), meaning, "{text}");
    }
}

#[test]
fn replies_before_rcpt_are_never_about_a_mailbox() {
    use ReplyClass::*;
    for (asked, text, meaning) in [
        (Asked::Session, "220 mx.firm.example ESMTP", Accepted),
        (Asked::Session, "421 4.3.2 Service not available", Temporary),
        (
            Asked::Session,
            "421 4.7.0 Too many connections from your IP",
            RateLimited,
        ),
        (Asked::Session, "554 No SMTP service here", Ambiguous),
        (Asked::Session, "554 5.7.1 Your host is listed", Policy),
        (Asked::Session, "550 user unknown", Ambiguous),
        (Asked::Mail, "250 2.1.0 Ok", Accepted),
        (Asked::Mail, "550 5.1.1 User unknown", SenderRefused),
        (
            Asked::Mail,
            "553 5.1.8 Sender address rejected",
            SenderRefused,
        ),
        (
            Asked::Mail,
            "530 5.7.0 Must issue a STARTTLS command first",
            TlsRequired,
        ),
        (Asked::Mail, "530 5.7.1 Authentication required", Policy),
        (
            Asked::Mail,
            "554 5.7.1 blocked using zen.spamhaus.org",
            Policy,
        ),
        (
            Asked::Mail,
            "450 4.7.1 <verify@lode.example>: Sender address rejected: Access denied",
            SenderRefused,
        ),
        (Asked::Mail, "451 4.7.1 Greylisting in action", Temporary),
        (
            Asked::Session,
            "450 4.7.1 Greylisted, come back later",
            Temporary,
        ),
        (
            Asked::Mail,
            "451 4.1.8 Sender domain does not resolve",
            SenderRefused,
        ),
    ] {
        assert_eq!(class(asked, text), meaning, "{text}");
    }
}

#[test]
fn what_is_said_of_us_is_not_said_of_the_mailbox() {
    use ReplyClass::{Ambiguous, Full, NoMailbox, Policy, SenderRefused};
    for (text, meaning) in [
        (
            "550 550 5.1.1 User unknown. Callout verification failed for the sender",
            SenderRefused,
        ),
        ("550 Sender callout: 550 5.1.1 User unknown", SenderRefused),
        (
            "550 Callout verification failed for sender: mailbox not found",
            SenderRefused,
        ),
        (
            "550 cannot verify your address: user unknown",
            SenderRefused,
        ),
        ("550 From address unknown", SenderRefused),
        (
            "551 Sender <verify@lode.example> has no mailbox",
            SenderRefused,
        ),
        ("550 Sender address does not exist", SenderRefused),
        ("550 Your host name does not exist", Policy),
        ("550 Your domain does not exist in DNS", Policy),
        ("550 bad domain, no MX found for your domain", Policy),
        ("550 no PTR found for your address", Policy),
        (
            "550 5.7.1 recipient rejected: your server is not known",
            Policy,
        ),
        // Of the recipient all the same.
        (
            "550 ada.marlow is not listed in public Name & Address Book",
            NoMailbox,
        ),
        ("550 Recipient verification failed", Ambiguous),
        (
            "552 <ada.marlow@firm.example> insufficient space in mailbox",
            Full,
        ),
        (
            "550 5.1.1 User unknown, check the address that your server sent to",
            NoMailbox,
        ),
    ] {
        assert_eq!(class(Asked::Rcpt, text), meaning, "{text}");
    }
}

#[test]
fn enhanced_codes_are_found_where_servers_put_them() {
    let code = |text: &str| {
        let reply = Reply {
            code: 550,
            lines: text.split('\n').map(str::to_owned).collect(),
        };
        Parts::of(&reply, &Echoes::default()).enhanced
    };
    assert_eq!(code("5.1.1 no").as_deref(), Some("5.1.1"));
    assert_eq!(code("#5.1.0 no").as_deref(), Some("5.1.0"));
    assert_eq!(code("no mailbox. (#5.1.1)").as_deref(), Some("5.1.1"));
    assert_eq!(code("no mailbox. (5.1.1)").as_deref(), Some("5.1.1"));
    assert_eq!(code("first line\n5.7.1 second").as_deref(), Some("5.7.1"));
    assert_eq!(code("5.1.1.9 is an odd address"), None);
    assert_eq!(code("192.168.1.1 is an address"), None);
    assert_eq!(code("4.2.1 of another class"), None);
    assert_eq!(code("see version 5.1.1 of the manual"), None);
}

proptest::proptest! {
    #[test]
    fn any_reply_has_a_meaning(code in 200_u16..600, lines in proptest::collection::vec("\\PC{0,120}", 1..4)) {
        let recipient = Address::parse("ada.marlow@firm.example").unwrap();
        let echoes = Echoes::new(Some(&recipient), None, "probe.example");
        let reply = Reply { code, lines };
        let answer = rcpt_answer("ada.marlow@firm.example", &reply, &echoes);
        proptest::prop_assert!(answer.text.chars().count() <= TEXT_CHARS_MAX);
        proptest::prop_assert_eq!(answer.class == ReplyClass::Accepted, (200..300).contains(&code) && code != 252 && !answer.text.contains("will "));
    }
}
