//! What the outside says about addresses: mail servers' replies, typed addresses, data
//! providers' answers.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use lode_providers::{
    Answer, ApiKey, MobileLook, MobileSearch, PersonQuery, Provider, ProviderConfig, ProviderKind,
    Search, connect,
};
use lode_verify::Address;
use lode_verify::address::class::class_of;
use lode_verify::address::{ADDRESS_OCTETS_MAX, LOCAL_OCTETS_MAX};
use lode_verify::classify::{Echoes, ReplyClass, TEXT_CHARS_MAX, rcpt_answer};
use lode_verify::smtp::{Command, Reply, ReplyError, ReplyParser};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Any bytes from a mail server, in any pieces; the first two bytes say where they are cut.
/// A reply's meaning does not depend on that.
pub fn smtp_reply(data: &[u8]) {
    let Some((cut, bytes)) = data.split_first_chunk::<2>() else {
        return;
    };
    let cut = usize::from(u16::from_be_bytes(*cut)) % (bytes.len() + 1);
    let whole = replies(&[bytes]);
    let (head, tail) = bytes.split_at_checked(cut).unwrap_or((bytes, &[]));
    assert_eq!(whole, replies(&[head, tail]));
    let recipient = Address::parse("ada.marlow@firm.example").ok();
    let echoes = Echoes::new(recipient.as_ref(), None, "probe.example");
    let echoes = echoes.with_host("mx.firm.example");
    for reply in whole.0 {
        assert!((200..600).contains(&reply.code));
        assert!(!reply.text().chars().any(char::is_control));
        let answer = rcpt_answer("ada.marlow@firm.example", &reply, &echoes);
        assert!(answer.text.chars().count() <= TEXT_CHARS_MAX);
        assert!(answer.template.chars().count() <= TEXT_CHARS_MAX);
        // Not every 2xx is acceptance: some say that they have not looked.
        if answer.class == ReplyClass::Accepted {
            assert!(reply.is_positive() && reply.code != 252);
        }
        if reply.is_positive() {
            assert!(matches!(
                answer.class,
                ReplyClass::Accepted | ReplyClass::Ambiguous
            ));
        }
    }
}

fn replies(pieces: &[&[u8]]) -> (Vec<Reply>, Option<ReplyError>) {
    let mut parser = ReplyParser::default();
    let mut all = Vec::new();
    for piece in pieces {
        parser.feed(piece);
        loop {
            match parser.next_reply() {
                Ok(Some(reply)) => all.push(reply),
                Ok(None) => break,
                Err(error) => return (all, Some(error)),
            }
        }
    }
    (all, None)
}

/// Any text as an address: what parses is one line of printable ASCII within the standard's
/// lengths, parses to itself, and can be said in one command.
pub fn address(data: &[u8]) {
    let Ok(address) = Address::parse(&String::from_utf8_lossy(data)) else {
        return;
    };
    let shown = address.to_string();
    assert!(shown.len() <= ADDRESS_OCTETS_MAX && address.local().len() <= LOCAL_OCTETS_MAX);
    assert!(shown.bytes().all(|byte| (32..127).contains(&byte)));
    assert_eq!(Address::parse(&shown).as_ref(), Ok(&address));
    let _ = class_of(&address);
    for command in [Command::Rcpt(&address), Command::Mail(Some(&address))] {
        let line = command.line().unwrap_or_default();
        assert!(line.ends_with("\r\n"), "{address} cannot be said");
        assert_eq!(line.matches(['\r', '\n']).count(), 2);
    }
}

/// What the local server answers next: status, content type, body.
type Next = Arc<Mutex<(u16, &'static str, Vec<u8>)>>;

/// A web server on loopback that says anything, and every provider's client set to it.
struct Local {
    runtime: Runtime,
    next: Next,
    providers: Vec<Box<dyn Provider>>,
}

static LOCAL: LazyLock<Option<Local>> = LazyLock::new(Local::start);

impl Local {
    fn start() -> Option<Self> {
        let runtime = Runtime::new().ok()?;
        let next: Next = Arc::default();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).ok()?;
        let address = listener.local_addr().ok()?;
        let shared = Arc::clone(&next);
        runtime.spawn(serve(listener, shared));
        let connected = ProviderKind::ALL
            .iter()
            .map(|&kind| connect(kind, &ApiKey::new("key:secret"), &config(address)?).ok());
        let providers = connected.collect::<Option<Vec<_>>>()?;
        Some(Self {
            runtime,
            next,
            providers,
        })
    }
}

fn config(address: SocketAddr) -> Option<ProviderConfig> {
    Some(ProviderConfig {
        base: Some(format!("http://{address}").parse().ok()?),
        allow_nets: vec!["127.0.0.0/8".parse().ok()?],
        timeout: Duration::from_secs(5),
        body_bytes_max: 64 * 1024,
        poll_every: Duration::from_millis(1),
        poll_for: Duration::from_millis(3),
        // Nobody's limit is passed here, and waiting finds nothing.
        paced: false,
        ..ProviderConfig::default()
    })
}

async fn serve(listener: TcpListener, next: Next) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let next = Arc::clone(&next);
        tokio::spawn(async move {
            let mut head = vec![0_u8; 16 * 1024];
            let _ = stream.read(&mut head).await;
            let (status, kind, body) = next.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&body).await;
        });
    }
}

/// Any status and body from any data provider, to whatever it is asked; the first two bytes
/// choose the provider and the status, whose highest bit says that it is no JSON. An error or a
/// clean answer.
pub fn provider_answer(data: &[u8]) {
    const STATUSES: [u16; 16] = [
        200, 200, 200, 201, 202, 400, 401, 402, 404, 422, 429, 500, 222, 403, 410, 451,
    ];
    const NO_JSON: u8 = 0x80;
    let Some(([which, status], body)) = data.split_first_chunk::<2>() else {
        return;
    };
    let local = LOCAL.as_ref();
    assert!(local.is_some(), "no local server");
    let Some(local) = local else { return };
    let pick = |of: usize, byte: u8| usize::from(byte) % of.max(1);
    let kind = if status & NO_JSON == 0 {
        "application/json"
    } else {
        "text/html"
    };
    let status = STATUSES.get(pick(STATUSES.len(), *status)).copied();
    *local.next.lock().unwrap_or_else(PoisonError::into_inner) =
        (status.unwrap_or(200), kind, body.to_vec());
    let Some(provider) = local.providers.get(pick(local.providers.len(), *which)) else {
        return;
    };
    let person = PersonQuery {
        first_name: Some("Ada".to_owned()),
        last_name: Some("Marlow".to_owned()),
        domain: Some("acme.example".to_owned()),
        company: Some("Acme".to_owned()),
        linkedin_url: Some("https://www.linkedin.com/in/ada-marlow-sample".to_owned()),
        ..PersonQuery::default()
    };
    local
        .runtime
        .block_on(ask_everything(provider.as_ref(), &person));
}

/// Asks a provider everything that it can be asked; what it finds is clean, and so are the ids
/// that are kept.
async fn ask_everything(provider: &dyn Provider, person: &PersonQuery) {
    let begun = provider.begin_email(person).await;
    if let Ok(Search::Begun(task)) = &begun {
        assert!(is_kept(task), "{task:?}");
    }
    let fetched = provider.fetch_email("h1").await;
    for found in [provider.find_email(person).await, fetched] {
        if let Ok(Some(found)) = found.map(|answer| answer.found) {
            let shown = found.email.to_string();
            assert!(shown.bytes().all(|byte| (32..127).contains(&byte)));
        }
    }
    let begun = provider.begin_mobile(person).await;
    if let Ok(MobileSearch::Begun(task)) = &begun {
        assert!(is_kept(task), "{task:?}");
    }
    let looked = match provider.look_at_mobile("77").await {
        Ok(MobileLook::Answered(answer)) => Ok(answer),
        Ok(MobileLook::Pending { .. }) => Ok(Answer::nothing(None)),
        Err(error) => Err(error),
    };
    for answer in [provider.find_mobile(person).await, looked] {
        let numbers = answer.ok().and_then(|answer| answer.found);
        for mobile in numbers.into_iter().flatten() {
            assert!(!mobile.chars().any(char::is_control), "{mobile:?}");
        }
    }
    // Domains and verdicts are types that hold nothing else.
    let _ = provider.find_domain("Acme").await;
    let _ = provider.check_key().await;
    if let Ok(address) = Address::parse("ada.marlow@acme.example") {
        let _ = provider.verify_email(&address).await;
    }
}

/// Whether an id can be kept, and be a part of a path.
fn is_kept(task: &str) -> bool {
    let clean = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !task.is_empty() && task.len() <= 200 && task.chars().all(clean)
}
