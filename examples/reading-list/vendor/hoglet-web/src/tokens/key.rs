//! [`Key`]: the secret key of all tokens.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::token::Token;
use crate::settings::secret::Secret;

/// The key from which an app's tokens are made. Its `Debug` hides it, so no log shows it.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// Derives a key from `SECRET_KEY`, for tokens only.
    pub fn new(secret_key: &Secret) -> Self {
        Self(hmac(
            secret_key.expose().as_bytes(),
            &[b"hoglet-web tokens"],
        ))
    }

    /// The token of a row.
    ///
    /// Two rows never share a token: the name of a purpose has no zero byte, and all ids have the
    /// same length.
    pub(super) fn token(&self, purpose: &str, id: Uuid) -> Token {
        Token(hmac(&self.0, &[purpose.as_bytes(), &[0], id.as_bytes()]))
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[key]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_depends_on_the_key_the_purpose_and_the_row_and_on_nothing_else() {
        let secret = Secret::new("0123".into());
        let (key, other) = (Key::new(&secret), Key::new(&Secret::new("4567".into())));
        let (id, newer) = (Uuid::now_v7(), Uuid::now_v7());
        let token = key.token("reset", id).reveal();
        assert_eq!(Key::new(&secret).token("reset", id).reveal(), token);
        for different in [
            other.token("reset", id),
            key.token("log_in", id),
            key.token("reset", newer),
        ] {
            assert_ne!(different.reveal(), token);
        }
        assert_eq!(format!("{key:?}"), "[key]");
    }
}
