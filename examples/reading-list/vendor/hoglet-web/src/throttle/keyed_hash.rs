//! Hashes of accounts and networks, for the table of attempts.
//!
//! A plain hash would not hide them: an attacker with the table could hash guessed addresses and compare.
//! This hash also needs `SECRET_KEY`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::settings::Secret;

/// The number of stored bytes of a hash: enough that two values do not share one by chance.
const LENGTH: usize = 16;

/// HMAC-SHA-256 with a key of its own, derived from `SECRET_KEY`.
#[derive(Clone)]
pub struct KeyedHash {
    keyed: Hmac<Sha256>,
}

impl KeyedHash {
    /// Derives the key from `SECRET_KEY`.
    pub fn new(secret_key: &Secret) -> Self {
        let key = keyed(secret_key.expose().as_bytes()).chain_update("hoglet-web attempts");
        Self {
            keyed: keyed(&key.finalize().into_bytes()),
        }
    }

    /// The hash of a text, as hexadecimal digits. The same text has a different hash for each kind.
    pub fn of(&self, kind: &str, text: &str) -> String {
        let hash = self.keyed.clone().chain_update(kind).chain_update("\0");
        let hash = hash.chain_update(text).finalize().into_bytes();
        hash.iter()
            .take(LENGTH)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
