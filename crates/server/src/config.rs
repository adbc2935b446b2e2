//! Configuration: defaults, then a TOML file, then the environment (`LODE_…`), then the
//! command line. Every key is documented in `docs/CONFIGURATION.md`.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use ipnet::IpNet;
use lode_providers::ProviderKind;
use lode_store::Address;
use lode_verify::{DnsServer, Identity, RetrySchedule, VerifyConfig};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;
use url::Url;

/// What the environment's keys begin with.
pub const ENV_PREFIX: &str = "LODE_";

/// A configuration that cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A key is unknown or a value is of the wrong kind; names file or variable, and key.
    #[error("configuration: {0}")]
    Read(Box<figment::Error>),
    /// A value is of the right kind but makes no sense.
    #[error("configuration: {key}: {message}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong, and what is right.
        message: String,
    },
}

impl From<figment::Error> for ConfigError {
    fn from(error: figment::Error) -> Self {
        Self::Read(Box::new(error))
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// All settings. Field names are the keys of the file; in the environment the same in
/// capitals after `LODE_`. Lists may be written as one text with commas.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Folder for everything that the server keeps.
    pub data_dir: PathBuf,
    /// `sqlite:PATH`, or `postgres://user:password@host/database`; by default
    /// `lode.db` in the data folder.
    pub database_url: Option<String>,
    /// Most connections to PostgreSQL.
    pub database_connections: u32,
    /// Whether a commit waits until SQLite's file is on the disk.
    pub durable_commits: bool,
    /// What is logged: `error`, `warn`, `info`, `debug`, or filters such as
    /// `info,lode_server=debug`.
    pub log: String,
    /// How it is written.
    pub log_format: LogFormat,
    /// Names under which the server answers, beside the address that it listens on.
    #[serde(deserialize_with = "list")]
    pub allowed_hosts: Vec<String>,
    /// Origins of extension pages that may read answers without host permission.
    #[serde(deserialize_with = "list")]
    pub cors_origins: Vec<String>,
    /// Wrong pairing codes taken in a minute.
    pub pairing_tries_per_minute: u32,
    /// Most seconds that a request may wait for a change.
    pub wait_seconds_max: u64,
    /// Credit policy: a preset, or the path of a TOML file.
    pub policy: String,
    /// Look-ups at once.
    pub workers: usize,
    /// Seconds after which a look-up is taken over when its server says nothing.
    pub lease_seconds: u64,
    /// How often a look-up is begun before it counts as failed.
    pub attempts_max: u32,
    /// Whether mail servers may be asked whether a mailbox exists.
    pub probing: bool,
    /// The name given in EHLO.
    pub helo: Option<String>,
    /// The sender given in MAIL FROM.
    pub mail_from: Option<String>,
    /// Seconds to wait when a mail server asks to come back, one for each time.
    #[serde(deserialize_with = "list")]
    pub retry_after: Vec<u64>,
    /// DNS server to ask; by default the machine's own.
    pub dns: Option<SocketAddr>,
    /// Port of mail servers.
    pub smtp_port: u16,
    /// SOCKS5 proxy through which mail servers are reached.
    pub socks5: Option<String>,
    /// Port of company websites.
    pub web_port: Option<u16>,
    /// Folder of newer rule files for the page readers.
    pub rules_dir: Option<PathBuf>,
    /// Networks that may be connected to although they are not public.
    #[serde(deserialize_with = "list")]
    pub allow_nets: Vec<IpNet>,
    /// The secret that providers' keys are sealed with: 32 bytes in base64.
    pub secret_key: Option<String>,
    /// File that holds it; by default `secret.key` in the data folder, made when needed.
    pub secret_key_file: Option<PathBuf>,
    /// Days for which a provider is not asked again for somebody it did not know.
    pub provider_miss_days: u32,
    /// Addresses of providers' APIs in place of their own (`hunter=http://127.0.0.1:1`).
    #[serde(deserialize_with = "list")]
    pub provider_urls: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7317)),
            data_dir: PathBuf::from("lode-data"),
            database_url: None,
            database_connections: 16,
            durable_commits: true,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            allowed_hosts: Vec::new(),
            cors_origins: Vec::new(),
            pairing_tries_per_minute: 10,
            wait_seconds_max: lode_core::api::WAIT_SECONDS_MAX,
            policy: "lode".to_owned(),
            workers: 8,
            lease_seconds: 60,
            attempts_max: 5,
            probing: false,
            helo: None,
            mail_from: None,
            retry_after: vec![60, 330, 1200],
            dns: None,
            smtp_port: 25,
            socks5: None,
            web_port: None,
            rules_dir: None,
            allow_nets: Vec::new(),
            secret_key: None,
            secret_key_file: None,
            provider_miss_days: 30,
            provider_urls: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The database's address may hold a password.
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("data_dir", &self.data_dir)
            .finish_non_exhaustive()
    }
}

/// A list, or one text with commas as the environment has it.
fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + std::str::FromStr,
    T::Err: std::fmt::Display,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form<T> {
        List(Vec<T>),
        Number(u64),
        Text(String),
    }
    let parse = |text: &str| {
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| part.parse::<T>().map_err(serde::de::Error::custom))
            .collect()
    };
    match Form::<T>::deserialize(deserializer)? {
        Form::List(values) => Ok(values),
        Form::Number(number) => parse(&number.to_string()),
        Form::Text(text) => parse(&text),
    }
}

impl Config {
    /// Names of all keys.
    #[must_use]
    pub fn keys() -> Vec<String> {
        match serde_json::to_value(Self::default()) {
            Ok(serde_json::Value::Object(map)) => map.into_iter().map(|(key, _)| key).collect(),
            _ => Vec::new(),
        }
    }

    /// Reads the configuration; `overrides` (the command line) win.
    ///
    /// # Errors
    /// [`ConfigError`], naming the key and where it stands.
    pub fn load(
        file: Option<&Path>,
        overrides: impl FnOnce(&mut Self),
    ) -> Result<Self, ConfigError> {
        let keys = Self::keys();
        let names: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::Value {
                    key: "--config",
                    message: format!("there is no file {}", file.display()),
                });
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        // Other variables may begin with LODE_; only keys are read.
        let mut config: Self = figment
            .merge(Env::prefixed(ENV_PREFIX).only(&names))
            .extract()?;
        overrides(&mut config);
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, message: &str| {
            Err(ConfigError::Value {
                key,
                message: message.to_owned(),
            })
        };
        if self.workers == 0 || self.workers > 1_000 {
            return wrong("workers", "must be 1 to 1000");
        }
        if !(5..=3_600).contains(&self.lease_seconds) {
            return wrong("lease_seconds", "must be 5 to 3600");
        }
        if self.attempts_max == 0 {
            return wrong("attempts_max", "must be at least 1");
        }
        if self.wait_seconds_max > lode_core::api::WAIT_SECONDS_MAX {
            return wrong("wait_seconds_max", "must be 0 to 25");
        }
        if self.pairing_tries_per_minute == 0 {
            return wrong("pairing_tries_per_minute", "must be at least 1");
        }
        if self.database_connections < 2 {
            return wrong("database_connections", "must be at least 2");
        }
        if let Some(origin) = self.cors_origins.iter().find(|origin| {
            !(origin.starts_with("chrome-extension://") || origin.starts_with("moz-extension://"))
        }) {
            return wrong(
                "cors_origins",
                &format!("{origin:?} is not an extension's origin (chrome-extension://…)"),
            );
        }
        if let Some(folder) = &self.rules_dir
            && !folder.is_dir()
        {
            return wrong(
                "rules_dir",
                &format!("there is no folder {}", folder.display()),
            );
        }
        self.identity().map(|_| ())?;
        self.provider_bases().map(|_| ())?;
        self.socks5().map(|_| ())?;
        self.database().map(|_| ())
    }

    /// Addresses of providers' APIs in place of their own.
    ///
    /// # Errors
    /// An entry that is not `provider=address`.
    pub fn provider_bases(&self) -> Result<HashMap<ProviderKind, Url>, ConfigError> {
        self.provider_urls
            .iter()
            .map(|entry| {
                let (name, url) = entry.split_once('=')?;
                Some((
                    ProviderKind::by_name(name.trim())?,
                    url.trim().parse().ok()?,
                ))
            })
            .collect::<Option<_>>()
            .ok_or_else(|| ConfigError::Value {
                key: "provider_urls",
                message: "each must be PROVIDER=ADDRESS (hunter=http://127.0.0.1:8080)".to_owned(),
            })
    }

    /// Where the data lives.
    ///
    /// # Errors
    /// An address of another kind.
    pub fn database(&self) -> Result<Address, ConfigError> {
        let Some(url) = &self.database_url else {
            return Ok(Address::Sqlite {
                path: self.data_dir.join("lode.db"),
                durable: self.durable_commits,
            });
        };
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Ok(Address::Sqlite {
                path: PathBuf::from(path.strip_prefix("//").unwrap_or(path)),
                durable: self.durable_commits,
            });
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Address::Postgres {
                url: url.clone(),
                connections: self.database_connections,
            });
        }
        Err(ConfigError::Value {
            key: "database_url",
            // The value may hold a password.
            message: "must begin with sqlite: or postgres://".to_owned(),
        })
    }

    /// Who we are toward mail servers; `None` while probing is off.
    fn identity(&self) -> Result<Option<Identity>, ConfigError> {
        if !self.probing {
            return Ok(None);
        }
        let required = |key, value: &Option<String>| {
            value.clone().ok_or(ConfigError::Value {
                key,
                message: "is needed where probing is on".to_owned(),
            })
        };
        let helo = required("helo", &self.helo)?;
        let mail_from = required("mail_from", &self.mail_from)?;
        Ok(Some(Identity {
            helo: lode_verify::Domain::parse(&helo).map_err(|e| ConfigError::Value {
                key: "helo",
                message: format!("is not a host name: {e}"),
            })?,
            mail_from: lode_verify::Address::parse(&mail_from).map_err(|e| ConfigError::Value {
                key: "mail_from",
                message: format!("is not an address: {e}"),
            })?,
        }))
    }

    /// The way out to mail servers, where it is not direct.
    fn socks5(&self) -> Result<Option<lode_verify::Socks5>, ConfigError> {
        let proxy = self.socks5.as_deref().map(str::parse).transpose();
        proxy.map_err(|error: lode_verify::Socks5Error| ConfigError::Value {
            key: "socks5",
            message: format!("names no proxy: {error}"),
        })
    }

    /// The verifier's settings. `decoy_seed` stays the same over restarts.
    ///
    /// # Errors
    /// An identity that is missing or wrong.
    pub fn verify(&self, decoy_seed: u64) -> Result<VerifyConfig, ConfigError> {
        Ok(VerifyConfig {
            dns: self.dns.map_or(DnsServer::System, DnsServer::Address),
            smtp_port: self.smtp_port,
            allow_nets: self.allow_nets.clone(),
            identity: self.identity()?,
            retry: RetrySchedule::new(
                self.retry_after
                    .iter()
                    .map(|seconds| Duration::from_secs(*seconds))
                    .collect(),
            ),
            socks5: self.socks5()?,
            decoy_seed: Some(decoy_seed),
            ..VerifyConfig::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENTATION: &str = include_str!("../../../docs/CONFIGURATION.md");

    #[test]
    fn every_key_is_documented_and_no_other() {
        let documented: std::collections::BTreeSet<String> = DOCUMENTATION
            .lines()
            .filter_map(|line| line.strip_prefix("| `"))
            .filter_map(|line| line.split_once('`'))
            .map(|(key, _)| key.to_owned())
            .collect();
        let keys: std::collections::BTreeSet<String> = Config::keys().into_iter().collect();
        assert_eq!(documented, keys);
        for key in keys {
            let variable = format!("`{ENV_PREFIX}{}`", key.to_uppercase());
            assert!(DOCUMENTATION.contains(&variable), "{variable}");
        }
    }

    #[test]
    fn documented_defaults_are_the_defaults() {
        let defaults = serde_json::to_value(Config::default()).unwrap();
        for line in DOCUMENTATION.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let key = cells[1].trim_matches('`');
            let documented = cells[3].trim_matches('`');
            let value = match &defaults[key] {
                serde_json::Value::Null => "none".to_owned(),
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Array(values) if values.is_empty() => "none".to_owned(),
                serde_json::Value::Array(values) => values
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", "),
                other => other.to_string(),
            };
            assert_eq!(documented, value, "{key}");
        }
    }

    #[test]
    #[expect(clippy::result_large_err, reason = "figment's own")]
    fn file_then_environment_then_command_line() {
        figment::Jail::expect_with(|jail| {
            jail.create_file(
                "lode.toml",
                "listen = \"127.0.0.1:1000\"\nworkers = 3\nallow_nets = [\"127.0.0.0/8\"]\n",
            )?;
            jail.set_env("LODE_WORKERS", "4");
            jail.set_env("LODE_RETRY_AFTER", "1,2");
            jail.set_env("LODE_ALLOWED_HOSTS", "a.example, b.example");
            jail.set_env("LODE_UNRELATED", "x");
            let config = Config::load(Some(Path::new("lode.toml")), |config| {
                config.listen.set_port(0);
            })
            .unwrap();
            assert_eq!(config.listen.port(), 0);
            assert_eq!(config.workers, 4);
            assert_eq!(config.retry_after, [1, 2]);
            assert_eq!(config.allowed_hosts, ["a.example", "b.example"]);
            assert_eq!(config.allow_nets, ["127.0.0.0/8".parse::<IpNet>().unwrap()]);
            jail.set_env("LODE_RETRY_AFTER", "5");
            jail.set_env("LODE_ALLOW_NETS", "127.0.0.0/8,::1/128");
            let config = Config::load(None, |_| {}).unwrap();
            assert_eq!(config.retry_after, [5]);
            assert_eq!(config.allow_nets.len(), 2);
            Ok(())
        });
    }

    #[test]
    #[expect(clippy::result_large_err, reason = "figment's own")]
    fn what_is_wrong_is_named() {
        figment::Jail::expect_with(|jail| {
            let message = |text: &str| {
                std::fs::write("lode.toml", text).unwrap();
                Config::load(Some(Path::new("lode.toml")), |_| {})
                    .unwrap_err()
                    .to_string()
            };
            for (text, key) in [
                ("listne = 1", "listne"),
                ("workers = \"many\"", "workers"),
                ("workers = 0", "workers"),
                ("probing = true", "helo"),
                (
                    "probing = true\nhelo = \"a b\"\nmail_from = \"x@y.example\"",
                    "helo",
                ),
                (
                    "probing = true\nhelo = \"mx.y.example\"\nmail_from = \"x\"",
                    "mail_from",
                ),
                ("cors_origins = [\"https://evil.example\"]", "cors_origins"),
                ("database_url = \"mysql://u:pa55word@h/d\"", "database_url"),
                ("allow_nets = [\"10.0.0.0/99\"]", "allow_nets"),
                ("socks5 = \"proxy.example\"", "socks5"),
                ("socks5 = \"proxy.example:x,ada:pa55word\"", "socks5"),
                ("wait_seconds_max = 60", "wait_seconds_max"),
                ("rules_dir = \"no-such-folder\"", "rules_dir"),
            ] {
                let message = message(text);
                assert!(message.contains(key), "{text}: {message}");
                assert!(!message.contains("pa55word"), "{message}");
            }
            let _ = jail;
            Ok(())
        });
    }
}
