//! A token itself, on its way into a mail.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Enough that nobody finds one by trying.
const BYTES: usize = 32;

/// A token. It shows in no `Debug`, so in no log.
#[derive(Clone)]
pub struct Token(pub(super) [u8; BYTES]);

impl Token {
    /// What somebody presents, if it has the form of a token.
    pub(super) fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The text for the link: 43 characters that need no encoding there.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the database knows of it. Without a salt: nobody guesses 32 bytes that
    /// look like random ones.
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
    fn nothing_else_is_one() {
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
