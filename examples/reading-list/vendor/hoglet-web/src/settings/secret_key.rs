//! `SECRET_KEY`: the key that signs cookies, and from which the keys of tokens and hashes are
//! derived.

use super::environment::Environment;
use super::reader::Reader;
use super::secret::Secret;

/// The minimum size of `SECRET_KEY`, in bytes. It has twice as many hexadecimal characters.
const BYTES: usize = 64;

/// Reads `SECRET_KEY`.
pub(super) fn secret_key(reader: &mut Reader, environment: Environment) -> Secret {
    let characters = BYTES * 2;
    match reader.text("SECRET_KEY") {
        Some(key)
            if key.len() >= characters && key.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            Secret::new(key)
        }
        Some(_) => {
            reader.error(
                "SECRET_KEY",
                format_args!(
                    "must be at least {characters} hexadecimal characters; make one with `openssl rand -hex 64`"
                ),
            );
            Secret::new(String::new())
        }
        None if environment == Environment::Production => {
            reader.error(
                "SECRET_KEY",
                "is required in production; make one with `openssl rand -hex 64`",
            );
            Secret::new(String::new())
        }
        // Without a key, sessions end with the process. Tests and a first start need no more.
        None => Secret::new(new_secret_key()),
    }
}

/// A new random key.
pub fn new_secret_key() -> String {
    let mut bytes = [0u8; BYTES];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
