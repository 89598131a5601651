//! E-mail addresses: compared without regard to case, and in no log.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// No address is longer, in characters or bytes.
pub const MAX_LENGTH: usize = 254;

/// An address that never shows in `Debug`, so in no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, DeriveValueType)]
#[serde(from = "String")]
pub struct Email(pub String);

impl Email {
    /// The address as it is stored and looked up: in lower case. What no address can hold is left
    /// out, so that whatever was typed can be looked up and counted: PostgreSQL takes no NUL, and a
    /// failed log-in stores no megabytes.
    pub fn normalized(typed: &str) -> Self {
        let written = typed.trim().chars().filter(|letter| !letter.is_control());
        Self(
            written
                .flat_map(char::to_lowercase)
                .take(MAX_LENGTH)
                .collect(),
        )
    }

    /// Whether this is an address as browsers understand `type=email`. Only a mail that arrives
    /// proves more.
    pub fn is_well_formed(typed: &str) -> bool {
        let email = typed.trim();
        email.len() <= MAX_LENGTH && garde::rules::email::parse_email(email).is_ok()
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[e-mail]")
    }
}

/// What is read from a job or a form is no address of another kind.
impl From<String> for Email {
    fn from(typed: String) -> Self {
        Self::normalized(&typed)
    }
}
