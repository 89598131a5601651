//! [`Key`]: what tokens are made with.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::token::Token;
use crate::settings::secret::Secret;

/// The key that an app's tokens are made with. It shows in no `Debug`, so in no log.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// Derived from `SECRET_KEY`: it signs nothing but tokens.
    pub fn new(secret_key: &Secret) -> Self {
        Self(hmac(
            secret_key.expose().as_bytes(),
            &[b"hoglet-web tokens"],
        ))
    }

    /// The token that belongs to a row. The name of a purpose holds no zero byte, and an id has one
    /// length, so no two rows have one token.
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
