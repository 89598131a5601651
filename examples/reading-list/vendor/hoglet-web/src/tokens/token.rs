//! [`Token`]: the secret in a link.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Enough bytes to make guessing impossible.
const BYTES: usize = 32;

/// A token. Its `Debug` hides it, so no log shows it.
#[derive(Clone)]
pub struct Token(pub(super) [u8; BYTES]);

impl Token {
    /// Reads the text of a link, if it has the form of a token.
    pub(super) fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The text for the link: 43 characters that need no encoding in a URL.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The hash that the database stores.
    ///
    /// It needs no salt, because nobody can guess 32 random-looking bytes.
    pub(super) fn hash(&self) -> String {
        let hash = Sha256::digest(self.0);
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[token]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_shows_nowhere() {
        let token = Token([7; BYTES]);
        let text = token.reveal();
        assert_eq!(text.len(), 43);
        let read = Token::read(&text).expect("it is a token");
        assert_eq!(read.hash(), token.hash());
        assert!(!token.hash().contains(&text));
        assert_eq!(format!("{token:?}"), "[token]");
        assert_ne!(Token([8; BYTES]).reveal(), text);
    }

    #[test]
    fn any_other_text_is_refused() {
        let text = Token([7; BYTES]).reveal();
        for other in [
            "",
            "x",
            &text[1..],
            &format!("{text}A"),
            &format!("{text}="),
            &format!(" {text}"),
            &text.replace('B', "+"),
            &format!("{}é", &text[2..]),
            &"A".repeat(4_000),
        ] {
            assert!(Token::read(other).is_none(), "{other}");
        }
    }
}
