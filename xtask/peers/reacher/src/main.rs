//! Addresses on standard input, one a line; `{"email","verdict"}` on standard output.
//! Arguments: how many at once, HELO name, MAIL FROM, port, seconds for one address.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Duration;

use check_if_email_exists::smtp::verif_method::{
    EverythingElseVerifMethod, VerifMethod, VerifMethodSmtpConfig,
};
use check_if_email_exists::{CheckEmailInputBuilder, Reachable, check_email};

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [at_once, helo, mail_from, port, limit] = arguments.as_slice() else {
        panic!("five arguments are wanted");
    };
    let places = Arc::new(tokio::sync::Semaphore::new(at_once.parse().unwrap()));
    let limit = Duration::from_secs(limit.parse().unwrap());
    let method = VerifMethod {
        proxies: HashMap::new(),
        everything_else: EverythingElseVerifMethod::Smtp(VerifMethodSmtpConfig {
            from_email: mail_from.clone(),
            hello_name: helo.clone(),
            smtp_port: port.parse().unwrap(),
            ..VerifMethodSmtpConfig::default()
        }),
        ..VerifMethod::default()
    };
    let mut tasks = Vec::new();
    for email in std::io::stdin().lock().lines().map_while(Result::ok) {
        let (places, method) = (Arc::clone(&places), method.clone());
        tasks.push(tokio::spawn(async move {
            let _place = places.acquire_owned().await;
            let input = CheckEmailInputBuilder::default()
                .to_email(email.clone())
                .verif_method(method)
                .build()
                .unwrap();
            let verdict = match tokio::time::timeout(limit, check_email(&input)).await {
                Err(_) => "none",
                Ok(output) => {
                    let all = output.smtp.as_ref().is_ok_and(|smtp| smtp.is_catch_all);
                    match output.is_reachable {
                        Reachable::Safe => "valid",
                        Reachable::Invalid => "invalid",
                        Reachable::Risky if all => "accept_all",
                        Reachable::Risky => "risky",
                        Reachable::Unknown => "unknown",
                    }
                }
            };
            let line = serde_json::json!({"email": email, "verdict": verdict});
            let _ = writeln!(std::io::stdout().lock(), "{line}");
        }));
    }
    for task in tasks {
        let _ = task.await;
    }
}
