//! Messages for the next page that is shown.

use serde::{Deserialize, Serialize};

/// A message for the next page that is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flash {
    /// How it is meant.
    pub level: FlashLevel,
    /// One sentence or two.
    pub message: String,
}

/// How a message is meant; in templates `success`, `info` or `error`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlashLevel {
    /// Done.
    Success,
    /// Good to know.
    Info,
    /// It did not work.
    Error,
}
