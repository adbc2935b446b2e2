//! One-time codes, device tokens and the keyed hash of erased people.

use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

/// Crockford's base 32 without its check symbols: no I, L, O or U to misread.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Start of every device token, so that secret scanners know one.
pub const TOKEN_PREFIX: &str = "lode_";

/// A SHA-256 hash, as stored.
pub type Hash = [u8; 32];

/// Hash under which a token, a code or a body is stored. A plain hash is enough: tokens
/// carry 256 random bits, and codes are worth nothing after ten minutes.
#[must_use]
pub fn hash(text: &[u8]) -> Hash {
    Sha256::digest(text).into()
}

/// Hash of what must be recognised again but not read back (erased people); worthless
/// without the key.
pub(crate) fn keyed_hash(key: &[u8], text: &str) -> Hash {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return hash(&[key, text.as_bytes()].concat());
    };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// A fresh key of 256 bits.
pub(crate) fn new_key() -> [u8; 32] {
    random()
}

/// A fresh device token: prefix and 256 random bits in hex.
pub(crate) fn new_token() -> String {
    let mut token = String::with_capacity(TOKEN_PREFIX.len() + 64);
    token.push_str(TOKEN_PREFIX);
    for byte in random::<32>() {
        for nibble in [byte >> 4, byte & 15] {
            token.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    token
}

/// A fresh one-time code of 40 random bits, as shown: `7K3M-Q9ZT`.
pub(crate) fn new_code() -> String {
    let mut code = String::with_capacity(9);
    for (i, byte) in random::<8>().into_iter().enumerate() {
        if i == 4 {
            code.push('-');
        }
        // 256 is a multiple of 32: no symbol is favoured.
        code.push(char::from(
            CROCKFORD
                .get(usize::from(byte & 31))
                .copied()
                .unwrap_or(b'0'),
        ));
    }
    code
}

/// A code as typed, in the form that is hashed: without dashes and spaces, upper case,
/// look-alikes folded as Crockford has it. `None` where it cannot be a code.
pub(crate) fn normalise_code(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let mut code = String::with_capacity(8);
    for c in typed.chars() {
        match c.to_ascii_uppercase() {
            '-' | '\u{2010}'..='\u{2015}' => {}
            c if c.is_whitespace() => {}
            'O' => code.push('0'),
            'I' | 'L' => code.push('1'),
            c if c.is_ascii_alphanumeric() && c != 'U' => code.push(c),
            _ => return None,
        }
    }
    (code.len() == 8).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_survive_typing() {
        for _ in 0..200 {
            let code = new_code();
            let normal = normalise_code(&code).unwrap();
            assert_eq!(normal.len(), 8);
            assert_eq!(
                normalise_code(&format!(" {} ", code.to_lowercase())),
                Some(normal.clone())
            );
            assert_eq!(
                normalise_code(&code.replace('-', " ")),
                Some(normal.clone())
            );
            assert_eq!(
                normalise_code(&code.replace('0', "o").replace('1', "l")),
                Some(normal)
            );
        }
        for bad in [
            "",
            "7K3M",
            "7K3M-Q9Z",
            "7K3M-Q9ZTT",
            "7K3M-Q9ZU",
            "7K3M-Q9Z%",
        ] {
            assert_eq!(normalise_code(bad), None, "{bad}");
        }
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let (a, b) = (new_token(), new_token());
        assert!(a.starts_with(TOKEN_PREFIX) && a.len() == TOKEN_PREFIX.len() + 64);
        assert_ne!(a, b);
    }

    #[test]
    fn keyed_hash_depends_on_key_and_text() {
        assert_ne!(keyed_hash(b"k", "a"), keyed_hash(b"k", "b"));
        assert_ne!(keyed_hash(b"k", "a"), keyed_hash(b"l", "a"));
        assert_ne!(keyed_hash(b"k", "a"), hash(b"a"));
    }
}
