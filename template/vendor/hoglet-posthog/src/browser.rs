//! The configuration of posthog-js on a page.
//!
//! In `hoglet-web`, `static/posthog.js` reads it.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::flag::Flags;
use crate::identity::Identity;
use crate::release_properties::ReleaseProperties;
use crate::settings::Settings;
use crate::urls;

/// Names of query parameters whose values are secret and not sent.
const SECRET_PARAMETERS: SecretParameters = SecretParameters {
    anywhere: urls::SECRETS,
    at_the_end: urls::SECRETS_AT_THE_END,
};

#[derive(Debug, Serialize)]
struct SecretParameters {
    /// Matches anywhere in a name: `access_token`.
    anywhere: &'static [&'static str],
    /// Matches only at the end of a word: `api_key`, but not `keyword`.
    at_the_end: &'static [&'static str],
}

/// The configuration of posthog-js on a page, as JSON.
///
/// It has the project, the distinct id, and the flags that the page's handler has read. The browser does not
/// need to ask for them.
#[derive(Debug)]
pub struct BrowserConfig<'a> {
    site: &'a SiteConfig,
    page: PageMembers,
}

/// The settings that are the same on every page, as the members of a JSON object. They are written once.
#[derive(Debug)]
pub(crate) struct SiteConfig(String);

#[derive(Debug, Serialize)]
struct SiteMembers<'a> {
    token: &'a str,
    api_host: &'a str,
    ui_host: Cow<'a, str>,
    /// The address of posthog-js.
    script: String,
    session_replay: bool,
    capture_exceptions: bool,
    /// Whether posthog-js captures nothing in an automated browser or a robot. Only in production, because
    /// elsewhere it is the developer's end-to-end test.
    filter_robots: bool,
    secret_parameters: SecretParameters,
}

#[derive(Debug, Serialize)]
struct PageMembers {
    distinct_id: String,
    is_identified: bool,
    /// Properties of every event on the page.
    properties: Map<String, Value>,
    flags: Map<String, Value>,
    flag_payloads: Map<String, Value>,
}

impl SiteConfig {
    pub fn new(settings: &Settings) -> Self {
        let (api_host, assets) = match &settings.proxy_path {
            Some(path) => (path.as_str(), Cow::from(path)),
            None => (settings.base_url(), assets_host(settings)),
        };
        Self(members(&SiteMembers {
            token: &settings.project_token,
            api_host,
            ui_host: ui_host(settings),
            script: format!("{assets}/static/array.js"),
            session_replay: settings.session_replay,
            capture_exceptions: settings.capture_exceptions,
            filter_robots: ReleaseProperties::of(&settings.app).is_production(),
            secret_parameters: SECRET_PARAMETERS,
        }))
    }
}

impl<'a> BrowserConfig<'a> {
    pub(crate) fn new(
        site: &'a SiteConfig,
        identity: &Identity,
        properties: Map<String, Value>,
        flags: Option<&Flags>,
    ) -> Self {
        // A client with a distinct id in a header has no cookies, so its page belongs to the visitor.
        let is_identified = identity.distinct_id.is_user();
        let distinct_id = if is_identified {
            identity.distinct_id.to_string()
        } else {
            identity.visitor_id.to_string()
        };
        let page = PageMembers {
            distinct_id,
            is_identified,
            properties,
            flags: flags.map(Flags::values).unwrap_or_default(),
            flag_payloads: flags.map(Flags::payloads).unwrap_or_default(),
        };
        Self { site, page }
    }

    /// JSON for a `<script>` element: it has no `<`, so it cannot end the element.
    pub fn to_script_json(&self) -> String {
        let SiteConfig(site) = self.site;
        format!("{{{site},{}}}", members(&self.page))
    }
}

/// A struct's members as JSON, without the braces around them, and without `<`.
fn members(fields: &impl Serialize) -> String {
    let json = serde_json::to_string(fields).expect("names and JSON values serialize");
    json[1..json.len() - 1].replace('<', "\\u003c")
}

/// The host of posthog-js. PostHog's cloud has a separate host for scripts: `us.i` → `us-assets.i`.
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

/// The origins of posthog-js's requests, for a page's content security policy.
///
/// There are none if posthog-js is off, or if it uses the proxy.
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
