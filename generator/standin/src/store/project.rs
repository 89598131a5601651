//! Settings of the whole project at PostHog, as far as an SDK notices them.

use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// SDKs are told to send `$feature_flag_called` with few properties, for flags that belong to no experiment.
    #[serde(default)]
    pub minimal_flag_called_events: bool,
}
