//! Where to go after logging in.

use hoglet_web::local_path::local_path;
use serde::Deserialize;

/// Where a log-in leads that was on the way to nowhere else.
pub const AFTER_LOG_IN: &str = "/dashboard";

/// Where to go after logging in or signing up. It travels as `next` in the address of both pages
/// and in their forms.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

impl Next {
    /// To what was kept meanwhile.
    pub fn to(next: String) -> Self {
        Self { next }
    }

    /// A path of this app; none for anything else, which could lead to another site.
    pub fn path(&self) -> Option<&str> {
        local_path(&self.next)
    }

    /// The same or, where there is none, where a log-in leads otherwise.
    pub fn path_or_default(&self) -> &str {
        self.path().unwrap_or(AFTER_LOG_IN)
    }
}
