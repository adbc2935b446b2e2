//! Websites that mean harm, on the way from a company's name to its domain.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lode_finder::domain::website::{FetchError, Page, WebConfig, WebFetcher};
use lode_finder::{Conclusion, Finder};
use lode_testbed::{Bed, Character, DomainSpec, TurningDns};
use lode_verify::{DnsServer, Resolver, Verifier};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{at_company, bed, finder_config, verify_config};

const SITE: &str = "acmerobotics.com";

/// A bed with one domain that has an address and no web server of the bed's: the test
/// plays it.
async fn bed_without_site() -> Bed {
    bed(vec![
        DomainSpec::new(SITE, Character::ImplicitMx, &["ada.marlow"]),
        DomainSpec::new("inner.test", Character::PrivateMx, &[]),
    ])
    .await
}

/// Serves `reply` for every request to `domain`'s address; counts the connections.
async fn serve(bed: &Bed, ip: IpAddr, reply: Reply) -> Arc<AtomicUsize> {
    let listener = TcpListener::bind((ip, bed.ready().http_port))
        .await
        .unwrap();
    listen(listener, reply)
}

fn listen(listener: TcpListener, reply: Reply) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(answer(stream, reply.clone()));
        }
    });
    count
}

/// A bed whose web port is free on 127.0.0.1 too, with a server there that must hear nothing.
/// The bed chooses the port for its own addresses: another test may have it on that one.
async fn bed_with_loopback() -> (Bed, Arc<AtomicUsize>) {
    for _ in 0..50 {
        let bed = bed_without_site().await;
        let address = (Ipv4Addr::LOCALHOST, bed.ready().http_port);
        if let Ok(listener) = TcpListener::bind(address).await {
            return (bed, listen(listener, page("text/html", "secret")));
        }
    }
    panic!("no port was free on 127.0.0.1");
}

#[derive(Clone)]
enum Reply {
    /// These bytes, then the end.
    Bytes(Vec<u8>),
    /// A head and a body that never ends.
    Endless,
    /// One byte a second.
    Drip,
    /// Nothing.
    Silence,
}

async fn answer(mut stream: TcpStream, reply: Reply) {
    let mut request = [0; 2048];
    let _ = stream.read(&mut request).await;
    match reply {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
        }
        Reply::Endless => {
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<title>Acme Robotics</title>";
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
        }
        Reply::Drip => {
            while stream.write_all(b"H").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        Reply::Silence => std::future::pending().await,
    }
}

fn redirect(to: &str) -> Reply {
    let head = format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
    Reply::Bytes(head.into_bytes())
}

fn page(kind: &str, body: impl AsRef<[u8]>) -> Reply {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n");
    Reply::Bytes([head.as_bytes(), body.as_ref()].concat())
}

async fn fetch(bed: &Bed) -> Result<Page, FetchError> {
    let config = WebConfig {
        port: Some(bed.ready().http_port),
        timeout: Duration::from_millis(1500),
        ..WebConfig::default()
    };
    let allowed = verify_config(bed).allow_nets;
    let resolver = Resolver::new(DnsServer::Address(bed.ready().dns), Duration::from_secs(2));
    WebFetcher::new(config, resolver.unwrap(), &allowed)
        .unwrap()
        .front_page(SITE)
        .await
}

fn address(bed: &Bed, domain: &str) -> IpAddr {
    bed.ready().domains[domain]
}

/// The bed's trap address beside a domain's own: outside the allowed networks.
fn trap(bed: &Bed, domain: &str) -> IpAddr {
    match address(bed, domain) {
        IpAddr::V4(v4) => {
            let [.., high, low] = v4.octets();
            Ipv4Addr::new(127, 66, high, low).into()
        }
        IpAddr::V6(_) => unreachable!("domains have IPv4 addresses"),
    }
}

#[tokio::test]
async fn an_honest_page_is_read() {
    let bed = bed_without_site().await;
    serve(
        &bed,
        address(&bed, SITE),
        page("text/html", "<title>Hello</title>"),
    )
    .await;
    let page = fetch(&bed).await.unwrap();
    assert_eq!(page.host, SITE);
    assert_eq!(page.html, "<title>Hello</title>");
}

#[tokio::test]
async fn a_page_is_read_as_the_server_says_it_is_written() {
    let bed = bed_without_site().await;
    // Müßig Werke, a byte a character.
    let html = b"<title>M\xfc\xdfig Werke</title>";
    let latin = page("text/html; charset=ISO-8859-1", html);
    serve(&bed, address(&bed, SITE), latin).await;
    let page = fetch(&bed).await.unwrap();
    assert_eq!(page.html, "<title>Müßig Werke</title>");
}

#[tokio::test]
async fn an_endless_page_is_cut() {
    let bed = bed_without_site().await;
    serve(&bed, address(&bed, SITE), Reply::Endless).await;
    let page = fetch(&bed).await.unwrap();
    assert_eq!(page.html.len(), WebConfig::default().body_bytes_max);
    assert!(page.html.starts_with("<title>Acme Robotics"));
}

#[tokio::test]
async fn slow_sites_are_left() {
    for reply in [Reply::Drip, Reply::Silence] {
        let bed = bed_without_site().await;
        serve(&bed, address(&bed, SITE), reply).await;
        let started = Instant::now();
        assert_eq!(fetch(&bed).await, Err(FetchError::Unreachable));
        assert!(started.elapsed() < Duration::from_secs(4));
    }
}

/// A target of a redirect, for the port of the web servers.
type Target = fn(u16) -> String;

#[tokio::test]
async fn redirects_inward_are_not_followed() {
    let targets: &[Target] = &[
        |port| format!("http://127.0.0.1:{port}/"),
        |port| format!("http://2130706433:{port}/"),
        |port| format!("http://[::ffff:127.0.0.1]:{port}/"),
        |port| format!("http://localhost:{port}/"),
        |_| "http://mx1.inner.test/".to_owned(),
        |_| format!("http://{SITE}:22/"),
        |_| format!("http://user:secret@{SITE}/"),
        |_| "file:///etc/passwd".to_owned(),
        |_| "gopher://acmerobotics.com/".to_owned(),
    ];
    for target in targets {
        // The listeners that must hear nothing: loopback itself, and what "inner" names.
        let (bed, loopback) = bed_with_loopback().await;
        let target = target(bed.ready().http_port);
        let inner = serve(&bed, trap(&bed, "inner.test"), page("text/html", "secret")).await;
        let site = serve(&bed, address(&bed, SITE), redirect(&target)).await;
        let found = fetch(&bed).await;
        assert!(
            matches!(found, Err(FetchError::Denied | FetchError::Unreachable)),
            "{target}: {found:?}"
        );
        assert!(site.load(Ordering::SeqCst) > 0, "{target}");
        assert_eq!(loopback.load(Ordering::SeqCst), 0, "{target}");
        assert_eq!(inner.load(Ordering::SeqCst), 0, "{target}");
    }
}

#[tokio::test]
async fn redirect_loops_end() {
    let bed = bed_without_site().await;
    let count = serve(&bed, address(&bed, SITE), redirect("/again")).await;
    assert_eq!(fetch(&bed).await, Err(FetchError::Redirects));
    assert_eq!(count.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn what_is_no_page_is_not_read() {
    let bed = bed_without_site().await;
    serve(&bed, address(&bed, SITE), page("application/zip", "PK")).await;
    assert_eq!(fetch(&bed).await, Err(FetchError::NotHtml));
    let bed = bed_without_site().await;
    serve(
        &bed,
        address(&bed, SITE),
        Reply::Bytes(b"220 not http\r\n".to_vec()),
    )
    .await;
    assert_eq!(fetch(&bed).await, Err(FetchError::Unreachable));
}

#[tokio::test]
async fn a_hostile_site_leaves_the_domain_unconfirmed_in_bounded_time() {
    let bed = bed_without_site().await;
    serve(&bed, address(&bed, SITE), Reply::Silence).await;
    let finder = Finder::new(
        finder_config(&bed),
        Verifier::new(verify_config(&bed)).unwrap(),
    );
    let started = Instant::now();
    let outcome = finder
        .unwrap()
        .find(&at_company("Ada Marlow", "Acme Robotics"))
        .await;
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_ne!(outcome.conclusion, Conclusion::Verified, "{outcome:#?}");
    assert!(outcome.domain.is_none_or(|domain| !domain.confirmed));
}

/// DNS rebinding: the name is public while it is judged, and inner from then on. The
/// connection goes to the address that was judged; who asks anew is told the inner one.
#[tokio::test]
async fn the_connection_goes_to_the_judged_address() {
    let (judged, inner) = (Ipv4Addr::new(127, 67, 0, 1), Ipv4Addr::new(127, 67, 0, 2));
    let site = TcpListener::bind((judged, 0)).await.unwrap();
    let port = site.local_addr().unwrap().port();
    let inside = TcpListener::bind((inner, port)).await.unwrap();
    let site = listen(site, page("text/html", "<title>Judged</title>"));
    let inside = listen(inside, page("text/html", "secret"));
    let dns = TurningDns::start(vec![judged, inner]).await.unwrap();
    let resolver = Resolver::new(DnsServer::Address(dns.address()), Duration::from_secs(2));
    let config = WebConfig {
        port: Some(port),
        timeout: Duration::from_millis(1500),
        ..WebConfig::default()
    };
    let allowed = ["127.67.0.1/32".parse().unwrap()];
    let web = WebFetcher::new(config, resolver.unwrap(), &allowed).unwrap();
    let first = web.front_page("turn.test").await.unwrap();
    assert_eq!(first.html, "<title>Judged</title>");
    assert_eq!(dns.asked(), 1, "one answer is judged and used");
    // The name has turned: nothing is connected to.
    let second = web.front_page("turn.test").await;
    assert_eq!(second, Err(FetchError::Unreachable));
    assert!(dns.asked() > 1);
    assert_eq!(site.load(Ordering::SeqCst), 1);
    assert_eq!(inside.load(Ordering::SeqCst), 0);
}
