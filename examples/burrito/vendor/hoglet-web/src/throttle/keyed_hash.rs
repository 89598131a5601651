//! What the table of attempts knows people by: enough to count, and nothing to read.
//!
//! Addresses can be guessed, so a plain hash would tell them to whoever gets hold of the table. This one
//! needs `SECRET_KEY` too.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::settings::Secret;

/// Bytes of a hash that are kept: no two people share one by chance.
const KEPT: usize = 16;

/// HMAC-SHA-256 with a key of its own, derived from `SECRET_KEY`.
#[derive(Clone)]
pub struct KeyedHash {
    keyed: Hmac<Sha256>,
}

impl KeyedHash {
    /// With the key that belongs to `SECRET_KEY`.
    pub fn new(secret_key: &Secret) -> Self {
        let key = keyed(secret_key.expose().as_bytes()).chain_update("hoglet-web attempts");
        Self {
            keyed: keyed(&key.finalize().into_bytes()),
        }
    }

    /// The hash of a text, as hexadecimal digits. Texts of two kinds never share one.
    pub fn of(&self, kind: &str, text: &str) -> String {
        let hash = self.keyed.clone().chain_update(kind).chain_update("\0");
        let hash = hash.chain_update(text).finalize().into_bytes();
        hash.iter()
            .take(KEPT)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("a key of any length will do")
}
