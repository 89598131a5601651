//! The destination after a log-in or sign-up.

use hoglet_web::local_path::local_path;

pub use crate::features::AFTER_LOG_IN;
use crate::prelude::*;

/// The parameter `next` in the address and the form of both pages.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

impl Next {
    /// From a stored destination.
    pub fn to(next: String) -> Self {
        Self { next }
    }

    /// The destination, if it is a path of this app. Anything else could lead to another site.
    pub fn path(&self) -> Option<&str> {
        local_path(&self.next)
    }

    /// The destination, or the default one.
    pub fn path_or_default(&self) -> &str {
        self.path().unwrap_or(AFTER_LOG_IN)
    }
}
