//! The configuration of posthog-js on a page. In `hoglet-web`, `static/posthog.js` reads it.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::flag::Flags;
use crate::identity::Identity;
use crate::settings::Settings;
use crate::urls;

/// Query parameters with secret values, which are not sent.
const SECRET_PARAMETERS: SecretParameters = SecretParameters {
    anywhere: urls::SECRETS,
    at_the_end: urls::SECRETS_AT_THE_END,
};

#[derive(Debug, Serialize)]
struct SecretParameters {
    /// Also as a part of a name: `access_token`.
    anywhere: &'static [&'static str],
    /// Only where a word ends, as in `api_key`: `keyword` is none.
    at_the_end: &'static [&'static str],
}

/// The configuration of a page's posthog-js, as JSON: the project, the person, and the flags that the page's
/// handler has read, so that the browser need not ask for them.
#[derive(Debug, Serialize)]
pub struct BrowserConfig<'a> {
    token: &'a str,
    api_host: &'a str,
    ui_host: Cow<'a, str>,
    /// The address of posthog-js itself.
    script: String,
    distinct_id: String,
    is_identified: bool,
    session_replay: bool,
    /// Properties of every event of the page.
    properties: Map<String, Value>,
    capture_exceptions: bool,
    /// posthog-js captures nothing in a browser that is driven by a program or calls itself a robot; in
    /// production alone, because elsewhere it is the developer's own end-to-end test.
    filter_robots: bool,
    secret_parameters: SecretParameters,
    flags: Map<String, Value>,
    flag_payloads: Map<String, Value>,
}

impl<'a> BrowserConfig<'a> {
    pub(crate) fn new(
        settings: &'a Settings,
        identity: &Identity,
        properties: Map<String, Value>,
        flags: Option<&Flags>,
        production: bool,
    ) -> Self {
        // A person named by a header is a client without cookies; its page belongs to the visitor.
        let is_identified = identity.distinct_id.is_user();
        let distinct_id = if is_identified {
            identity.distinct_id.to_string()
        } else {
            identity.visitor_id.to_string()
        };
        let (api_host, assets) = match &settings.proxy_path {
            Some(path) => (path.as_str(), Cow::from(path)),
            None => (settings.base_url(), assets_host(settings)),
        };
        Self {
            token: &settings.project_token,
            api_host,
            ui_host: ui_host(settings),
            script: format!("{assets}/static/array.js"),
            distinct_id,
            is_identified,
            session_replay: settings.session_replay,
            properties,
            capture_exceptions: settings.capture_exceptions,
            filter_robots: production,
            secret_parameters: SECRET_PARAMETERS,
            flags: flags.map(Flags::values).unwrap_or_default(),
            flag_payloads: flags.map(Flags::payloads).unwrap_or_default(),
        }
    }

    /// JSON that may stand in a `<script>` element: nothing in it can end the element.
    pub fn to_script_json(&self) -> String {
        let json = serde_json::to_string(self).expect("names and JSON values serialize");
        json.replace('<', "\\u003c")
    }
}

/// PostHog's cloud serves scripts from a host of their own: `us.i` → `us-assets.i`.
/// Source: <https://posthog.com/docs/advanced/proxy>.
pub(crate) fn assets_host(settings: &Settings) -> Cow<'_, str> {
    match cloud_region(settings) {
        Some(region) => format!("https://{region}-assets.i.posthog.com").into(),
        None => settings.base_url().into(),
    }
}

/// The address of PostHog's web app and of its private API: `us.i` → `us`.
/// Source: <https://posthog.com/docs/api>.
pub(crate) fn ui_host(settings: &Settings) -> Cow<'_, str> {
    match cloud_region(settings) {
        Some(region) => format!("https://{region}.posthog.com").into(),
        None => settings.base_url().into(),
    }
}

/// The origins that posthog-js talks to, for a page's content security policy: none where it does not run, or
/// talks to the app itself.
pub fn origins(settings: &Settings) -> Vec<String> {
    if !settings.enabled() || !settings.js || settings.proxy_path.is_some() {
        return Vec::new();
    }
    let host = settings.host.origin().ascii_serialization();
    vec![host, assets_host(settings).into_owned()]
}

fn cloud_region(settings: &Settings) -> Option<&str> {
    settings.host.host_str()?.strip_suffix(".i.posthog.com")
}
