//! What a server gets to see, byte by byte.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::*;
use crate::address::{Address, Domain};

fn timeouts() -> Timeouts {
    Timeouts {
        quit: Duration::from_secs(5),
        ..Timeouts::default()
    }
}

/// Answers every line with 250 and returns every byte that came.
async fn record(mut server: DuplexStream) -> Vec<u8> {
    let (mut seen, mut chunk) = (Vec::new(), [0_u8; 512]);
    while let Ok(length @ 1..) = server.read(&mut chunk).await {
        let new = &chunk[..length];
        seen.extend_from_slice(new);
        for _ in new.iter().filter(|&&byte| byte == b'\n') {
            let reply: &[u8] = match new.starts_with(b"QUIT") {
                true => b"221 bye\r\n",
                false => b"250 ok\r\n",
            };
            let _ = server.write_all(reply).await;
        }
    }
    seen
}

#[tokio::test]
async fn a_reply_too_many_shows_at_the_goodbye() {
    for (replies, in_step) in [
        (["250 ok\r\n", "221 bye\r\n"].as_slice(), true),
        (["250 ok\r\n", "250 closing\r\n"].as_slice(), true),
        (
            ["250 ok\r\n", "550 one late\r\n221 bye\r\n"].as_slice(),
            false,
        ),
        (["250 ok\r\n"].as_slice(), true),
    ] {
        let (client, mut server) = duplex(256);
        let script = tokio::spawn(async move {
            let mut chunk = [0_u8; 512];
            for reply in replies {
                let _ = server.read(&mut chunk).await;
                let _ = server.write_all(reply.as_bytes()).await;
            }
        });
        let mut connection = Connection::over(client, &timeouts());
        connection.ask(&Command::Rset).await.unwrap();
        assert_eq!(connection.quit().await, in_step, "{replies:?}");
        script.await.unwrap();
    }
}

/// Every way that there is from a text to an address.
fn addresses(text: &str) -> Vec<Address> {
    let mut made = vec![Address::parse(text).ok(), text.parse().ok()];
    made.push(Address::try_from(text.to_owned()).ok());
    made.push(serde_json::from_value(serde_json::Value::from(text)).ok());
    if let Some((local, domain)) = text.rsplit_once('@') {
        let domain = Domain::parse(domain);
        made.push(
            domain
                .ok()
                .and_then(|domain| Address::new(local, domain).ok()),
        );
    }
    made.into_iter().flatten().collect()
}

/// The sockets' side of "CR, LF, NUL and controls are rejected before formatting": whatever
/// the text, the server sees one printable line for each command and nothing else.
#[test]
fn no_control_character_ever_reaches_a_socket() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let settings = Config {
        cases: 3000,
        failure_persistence: None,
        ..Config::default()
    };
    let part =
        "[a-z0-9.+_-]{1,12}|\"[ -~]{0,8}\"|([ -~]|\\PC|[\r\n\0\t\u{7f}\u{85}\u{2028}]){0,12}";
    let texts = (
        part,
        "([a-z]{1,8}\\.){1,2}[a-z]{2,4}|([ -~]|\\PC|[\r\n\0\t]){0,14}",
    )
        .prop_map(|(local, domain)| format!("{local}@{domain}"));
    let (sent, refused) = (Cell::new(0_u32), Cell::new(0_u32));
    TestRunner::new_with_rng(settings, rng)
        .run(&texts, |text| {
            let made = addresses(&text);
            if made.is_empty() {
                refused.set(refused.get() + 1);
                return Ok(());
            }
            sent.set(sent.get() + 1);
            let commands = made.len() * 2 + 1;
            let seen = runtime.block_on(async {
                let (client, server) = duplex(256);
                let server = tokio::spawn(record(server));
                let mut connection = Connection::over(client, &timeouts());
                for address in &made {
                    connection.ask(&Command::Mail(Some(address))).await.unwrap();
                    connection.ask(&Command::Rcpt(address)).await.unwrap();
                }
                connection.quit().await;
                server.await.unwrap()
            });
            let lines: Vec<&[u8]> = seen.split_inclusive(|&byte| byte == b'\n').collect();
            prop_assert_eq!(lines.len(), commands);
            for line in lines {
                let body = line.strip_suffix(b"\r\n");
                prop_assert!(body.is_some());
                prop_assert!(body.unwrap().iter().all(|byte| (32..127).contains(byte)));
            }
            Ok(())
        })
        .unwrap();
    let (sent, refused) = (sent.get(), refused.get());
    assert!(
        sent > 300 && refused > 300,
        "{sent} sent, {refused} refused"
    );
}
