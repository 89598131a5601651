//! Settings of the whole project at PostHog that affect SDKs.

use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Tells SDKs to send few properties with `$feature_flag_called`.
    ///
    /// This applies to flags that belong to no experiment.
    #[serde(default)]
    pub minimal_flag_called_events: bool,
}
