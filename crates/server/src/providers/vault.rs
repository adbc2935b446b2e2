//! Providers' keys at rest: sealed with XChaCha20-Poly1305, the secret kept outside the
//! database. What is sealed is bound to its account and provider, so that it opens nowhere
//! else.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use lode_providers::{ApiKey, ProviderKind};
use rand::RngCore as _;
use uuid::Uuid;

use crate::config::{Config, ConfigError};
use crate::serve::make_private_folder;

/// Name of the secret's file in the data folder.
const FILE: &str = "secret.key";

/// Length of the secret, in bytes.
const SECRET_BYTES: usize = 32;

/// Length of a nonce (XChaCha20), in bytes: random ones never repeat.
const NONCE_BYTES: usize = 24;

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file cannot be read or made.
    #[error("secret key {path}: {error}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// Others than its owner may read the file.
    #[error("secret key {0}: others may read it; `chmod 600` it")]
    Open(String),
    /// It is not 32 bytes in base64.
    #[error("secret key {0}: not 32 bytes in base64")]
    Malformed(String),
    /// A key could not be sealed.
    #[error("the key could not be sealed")]
    Seal,
}

/// Seals and opens keys.
pub(super) struct Vault {
    file: PathBuf,
    /// Once it is known. A file that `lode providers set` makes is found without a restart.
    cipher: Mutex<Option<XChaCha20Poly1305>>,
}

impl Vault {
    /// The vault of a configuration; the secret's file is read when it is needed.
    pub(super) fn new(config: &Config) -> Result<Self, ConfigError> {
        let cipher = match &config.secret_key {
            None => None,
            Some(text) => Some(cipher(text).ok_or(ConfigError::Value {
                key: "secret_key",
                // The value is a secret.
                message: "must be 32 bytes in base64".to_owned(),
            })?),
        };
        Ok(Self {
            file: config
                .secret_key_file
                .clone()
                .unwrap_or_else(|| config.data_dir.join(FILE)),
            cipher: Mutex::new(cipher),
        })
    }

    /// Seals a key; makes the secret where there is none yet.
    pub(super) fn seal(
        &self,
        account_id: Uuid,
        kind: ProviderKind,
        key: &str,
    ) -> Result<Vec<u8>, VaultError> {
        let cipher = match self.cipher()? {
            Some(cipher) => cipher,
            None => {
                make(&self.file)?;
                self.cipher()?.ok_or(VaultError::Seal)?
            }
        };
        let mut nonce = [0u8; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        let context = context(account_id, kind);
        let payload = Payload {
            msg: key.as_bytes(),
            aad: context.as_bytes(),
        };
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| VaultError::Seal)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens a sealed key; `None` where it was sealed with another secret, or is not one.
    pub(super) fn open(
        &self,
        account_id: Uuid,
        kind: ProviderKind,
        sealed: &[u8],
    ) -> Result<Option<ApiKey>, VaultError> {
        let Some(cipher) = self.cipher()? else {
            return Ok(None);
        };
        let Some((nonce, sealed)) = sealed.split_first_chunk::<NONCE_BYTES>() else {
            return Ok(None);
        };
        let context = context(account_id, kind);
        let payload = Payload {
            msg: sealed,
            aad: context.as_bytes(),
        };
        Ok(cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .ok()
            .and_then(|key| String::from_utf8(key).ok())
            .map(|key| ApiKey::new(&key)))
    }

    /// The cipher; `None` where there is no secret yet.
    fn cipher(&self) -> Result<Option<XChaCha20Poly1305>, VaultError> {
        let mut known = self.cipher.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none() {
            *known = read(&self.file)?;
        }
        Ok(known.clone())
    }
}

fn context(account_id: Uuid, kind: ProviderKind) -> String {
    format!("lode provider key\n{account_id}\n{kind}")
}

fn cipher(text: &str) -> Option<XChaCha20Poly1305> {
    let secret = STANDARD.decode(text.trim()).ok()?;
    (secret.len() == SECRET_BYTES)
        .then(|| XChaCha20Poly1305::new_from_slice(&secret).ok())
        .flatten()
}

fn read(file: &Path) -> Result<Option<XChaCha20Poly1305>, VaultError> {
    let path = || file.display().to_string();
    let failed = |error| VaultError::File {
        path: path(),
        error,
    };
    let metadata = match fs::metadata(file) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if !is_private(&metadata) {
        return Err(VaultError::Open(path()));
    }
    let text = fs::read_to_string(file).map_err(failed)?;
    cipher(&text)
        .map(Some)
        .ok_or_else(|| VaultError::Malformed(path()))
}

#[cfg(unix)]
fn is_private(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 == 0
}

#[cfg(not(unix))]
fn is_private(_metadata: &fs::Metadata) -> bool {
    true
}

/// Makes a secret. Written whole beside its place and linked there: of two processes that
/// make one at once, both end with the same.
fn make(file: &Path) -> Result<(), VaultError> {
    let failed = |error| VaultError::File {
        path: file.display().to_string(),
        error,
    };
    let mut secret = [0u8; SECRET_BYTES];
    rand::rng().fill_bytes(&mut secret);
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{}", Uuid::now_v7()));
    let beside = PathBuf::from(beside);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // The data folder may not be there yet where the database is elsewhere.
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let written = folder
        .map_or(Ok(()), make_private_folder)
        .and_then(|()| options.open(&beside))
        .and_then(|mut out| {
            out.write_all(format!("{}\n", STANDARD.encode(secret)).as_bytes())?;
            out.sync_all()
        })
        .and_then(|()| fs::hard_link(&beside, file));
    let _ = fs::remove_file(&beside);
    match written {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-5f0c-secret";

    fn vault(folder: &Path) -> Vault {
        Vault::new(&Config {
            data_dir: folder.to_owned(),
            ..Config::default()
        })
        .unwrap()
    }

    fn bytes_of(sealed: &[u8]) -> String {
        String::from_utf8_lossy(sealed).into_owned()
    }

    #[test]
    fn a_key_opens_for_its_account_and_provider_only() {
        let folder = tempfile::tempdir().unwrap();
        let vault = vault(folder.path());
        let account = Uuid::from_u128(1);
        let sealed = vault.seal(account, ProviderKind::Hunter, KEY).unwrap();
        assert!(!bytes_of(&sealed).contains("secret"));
        let again = vault.seal(account, ProviderKind::Hunter, KEY).unwrap();
        assert_ne!(sealed, again, "no nonce is used twice");
        let open = |account, kind, sealed: &[u8]| vault.open(account, kind, sealed).unwrap();
        assert_eq!(
            open(account, ProviderKind::Hunter, &sealed),
            Some(ApiKey::new(KEY))
        );
        assert_eq!(open(account, ProviderKind::Snov, &sealed), None);
        assert_eq!(
            open(Uuid::from_u128(2), ProviderKind::Hunter, &sealed),
            None
        );
        let mut bent = sealed.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert_eq!(open(account, ProviderKind::Hunter, &bent), None);
        assert_eq!(open(account, ProviderKind::Hunter, b"short"), None);
    }

    #[test]
    fn the_secret_is_made_once_for_its_owner_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (vault(folder.path()), vault(folder.path()));
        let account = Uuid::from_u128(1);
        assert_eq!(
            second.open(account, ProviderKind::Hunter, b"x").unwrap(),
            None
        );
        let sealed = first.seal(account, ProviderKind::Hunter, KEY).unwrap();
        assert!(
            second
                .open(account, ProviderKind::Hunter, &sealed)
                .unwrap()
                .is_some(),
            "a server finds what the command made"
        );
        let file = folder.path().join(FILE);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |file: &Path| fs::metadata(file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&file), 0o600);
            fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
            assert!(matches!(
                vault(folder.path()).seal(account, ProviderKind::Hunter, KEY),
                Err(VaultError::Open(_))
            ));
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(&file, "c2hvcnQ=").unwrap();
        assert!(matches!(
            vault(folder.path()).seal(account, ProviderKind::Hunter, KEY),
            Err(VaultError::Malformed(_))
        ));
    }

    #[test]
    fn a_configured_secret_needs_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let config = |secret: &str| Config {
            data_dir: folder.path().to_owned(),
            secret_key: Some(secret.to_owned()),
            ..Config::default()
        };
        let secret = STANDARD.encode([7u8; SECRET_BYTES]);
        let vault = Vault::new(&config(&secret)).unwrap();
        vault
            .seal(Uuid::from_u128(1), ProviderKind::Hunter, KEY)
            .unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let wrong = Vault::new(&config("c2hvcnQ=")).map(|_| ()).unwrap_err();
        assert!(!wrong.to_string().contains("c2hvcnQ="));
    }
}
