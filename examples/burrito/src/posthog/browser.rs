//! What a page tells posthog-js; `static/posthog.js` reads it.

use serde::Serialize;
use serde_json::{Map, Value};

use super::flags::Flags;
use super::identity::Identity;
use crate::settings::PostHogSettings;

#[derive(Debug, Serialize)]
pub struct BrowserConfig {
    token: String,
    api_host: String,
    ui_host: String,
    /// Where posthog-js itself comes from.
    script: String,
    distinct_id: String,
    is_identified: bool,
    session_replay: bool,
    flags: Map<String, Value>,
    flag_payloads: Map<String, Value>,
}

impl BrowserConfig {
    pub fn new(settings: &PostHogSettings, identity: &Identity, flags: Option<&Flags>) -> Self {
        // A person named by a header is a client without cookies; its page belongs to the visitor.
        let is_identified = identity.person.is_user();
        let distinct_id = if is_identified {
            identity.person.distinct_id()
        } else {
            identity.visitor_id.to_string()
        };
        let (api_host, assets) = match &settings.proxy_path {
            Some(path) => (path.clone(), path.clone()),
            None => (settings.base_url().to_owned(), assets_host(settings)),
        };
        Self {
            token: settings.api_key.clone(),
            api_host,
            ui_host: ui_host(settings),
            script: format!("{assets}/static/array.js"),
            distinct_id,
            is_identified,
            session_replay: settings.session_replay,
            flags: flags.map(Flags::values).unwrap_or_default(),
            flag_payloads: flags.map(Flags::payloads).unwrap_or_default(),
        }
    }
}

/// PostHog's cloud serves scripts from a host of their own: `us.i` → `us-assets.i`.
/// Source: <https://posthog.com/docs/advanced/proxy>.
pub fn assets_host(settings: &PostHogSettings) -> String {
    cloud_region(settings).map_or_else(
        || settings.base_url().to_owned(),
        |region| format!("https://{region}-assets.i.posthog.com"),
    )
}

fn ui_host(settings: &PostHogSettings) -> String {
    cloud_region(settings).map_or_else(
        || settings.base_url().to_owned(),
        |region| format!("https://{region}.posthog.com"),
    )
}

fn cloud_region(settings: &PostHogSettings) -> Option<&str> {
    settings.host.host_str()?.strip_suffix(".i.posthog.com")
}
