//! First touch: a visitor's first page and its referrer.
//!
//! They become the `$initial_…` properties of the visitor's person. PostHog would take these properties from
//! the person's first event. That is the `$identify` after the sign-up form, so every person's first page
//! would be `/signup`.
//!
//! posthog-js keeps the first touch in its cookie. If posthog-js is blocked, a cookie of the app's own is
//! used instead. The app writes it on the visitor's first page, with the visitor id.
//!
//! Both cookies come from the client, so their values are cut to a bounded length, and secrets are removed.

use axum::http::HeaderMap;
use axum::http::header::REFERER;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::urls;

/// How many bytes of the path and of the referrer the app's cookie keeps.
///
/// Browsers and proxies limit the size of a header. With these bounds the cookie has at most 1.4 KB.
const MAX_PATH_BYTES: usize = 700;
const MAX_REFERRER_BYTES: usize = 250;
/// How many characters an address in posthog-js's cookie has at most.
const MAX_REMEMBERED: usize = 1000;

/// PostHog's value for no referrer: the address was typed or bookmarked, or the browser sent none.
const DIRECT: &str = "$direct";

/// Query parameters that name a campaign, the same as in posthog-js.
/// Source: `CAMPAIGN_PARAMS` in posthog-js's `event-utils.ts`.
const CAMPAIGN_PARAMETERS: &[&str] = &[
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "gad_source",
    "mc_cid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "fbclid",
    "msclkid",
    "twclid",
    "li_fat_id",
    "igshid",
    "ttclid",
    "rdt_cid",
    "epik",
    "qclid",
    "sccid",
    "irclid",
    "_kx",
];

/// A visitor's first page and its referrer, without secrets and bounded in length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstTouch {
    /// The first page.
    url: String,
    /// The page on another host that linked to it.
    referrer: Option<String>,
}

/// Removes secrets from an address that no general rule finds: the app's own tokens in paths.
pub type MaskAddress<'a> = &'a dyn Fn(&str) -> String;

/// The value of a cookie that keeps the visitor's first touch.
///
/// `app_host` is the host of the app's own addresses. The value has only characters that a cookie allows.
/// Sign the cookie.
pub fn cookie(
    app_host: &str,
    mask: MaskAddress<'_>,
    path_and_query: &str,
    headers: &HeaderMap,
    visitor_id: Uuid,
) -> String {
    let path = urls::safe(path_and_query);
    let path = &path[..path.floor_char_boundary(MAX_PATH_BYTES)];
    let referrer = headers.get(REFERER).and_then(|value| value.to_str().ok());
    let referrer = referrer
        .filter(|referrer| web_page(referrer).is_some_and(|url| host(&url) != app_host))
        .map(|referrer| urls::safe(&mask(referrer)))
        .unwrap_or_default();
    let referrer = &referrer[..referrer.floor_char_boundary(MAX_REFERRER_BYTES)];
    URL_SAFE_NO_PAD.encode(format!("{visitor_id}\n{path}\n{referrer}"))
}

impl FirstTouch {
    /// Reads the value of [`cookie()`]; none if it belongs to another visitor.
    pub fn from_cookie(app_url: &str, cookie: &str, visitor_id: Uuid) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cookie).ok()?).ok()?;
        let [id, path, referrer] = text.split('\n').collect::<Vec<_>>().try_into().ok()?;
        (id == visitor_id.to_string()).then(|| Self {
            url: format!("{app_url}{path}"),
            referrer: Some(referrer.to_owned()).filter(|referrer| !referrer.is_empty()),
        })
    }

    /// Reads posthog-js's cookie; none if it belongs to another person.
    ///
    /// The cookie has `$initial_person_info: {"u": URL, "r": referrer}`. It may still be that of a person who
    /// used the same browser before.
    pub fn from_posthog_js(mask: MaskAddress<'_>, cookie: &str, visitor_id: Uuid) -> Option<Self> {
        let stored: Value = serde_json::from_str(cookie).ok()?;
        let owner: Option<Uuid> = stored
            .get("distinct_id")
            .and_then(|id| id.as_str()?.parse().ok());
        let info = stored.get("$initial_person_info")?;
        let address = |name| {
            let text = urls::cut(info.get(name)?.as_str()?, MAX_REMEMBERED);
            web_page(text).map(|_| urls::safe(&mask(text)))
        };
        owner.is_none_or(|id| id == visitor_id).then_some(())?;
        Some(Self {
            url: address("u")?,
            referrer: address("r"),
        })
    }

    /// The `$initial_…` properties.
    ///
    /// They have the same names as posthog-js's, so it does not matter whether PostHog receives these or
    /// posthog-js's first.
    pub fn properties(&self) -> Map<String, Value> {
        let mut properties = Map::new();
        let mut set = |name: &str, value: &str| {
            properties.insert(format!("$initial_{name}"), value.into());
        };
        set("current_url", &self.url);
        set("referrer", self.referrer.as_deref().unwrap_or(DIRECT));
        let referring = self.referrer.as_deref().and_then(web_page);
        set(
            "referring_domain",
            &referring.map_or(DIRECT.into(), |url| host(&url)),
        );
        if let Some(url) = web_page(&self.url) {
            set("host", &host(&url));
            set("pathname", url.path());
            // posthog-js leaves a `+` as it is.
            let query = url.query().unwrap_or_default().replace('+', "%2B");
            for (name, value) in form_urlencoded::parse(query.as_bytes()) {
                if CAMPAIGN_PARAMETERS.contains(&&*name) && !value.is_empty() {
                    set(&name, &value);
                }
            }
        }
        properties
    }
}

fn web_page(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = !text.contains(char::is_control) && ["http", "https"].contains(&url.scheme());
    plain.then_some(url)
}

/// The host, with the port unless it is the default, like `location.host` in a browser.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
