//! First touch: the page and the referrer that a visitor came by, for the `$initial_…` properties of the
//! person they become.
//!
//! PostHog makes these from the first event of a person that it sees, and that is the `$identify` of
//! the sign-up form: without help everybody's first page would be `/signup`. posthog-js keeps what
//! the browser saw in its cookie. Where it is blocked, a cookie of the app's own serves, which is written on
//! the visitor's first page and names the visitor that it is about.
//!
//! Both come from outside, so both are bounded and without secrets.

use axum::http::HeaderMap;
use axum::http::header::REFERER;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::urls;

/// Browsers and proxies bound the size of a header. With both values at their longest the cookie has 1.4 KB.
const MAX_PATH_BYTES: usize = 700;
const MAX_REFERRER_BYTES: usize = 250;
/// Longest address in posthog-js's cookie, by its own rule.
const MAX_REMEMBERED: usize = 1000;

/// No referrer: typed, bookmarked, or not told. posthog-js says the same.
const DIRECT: &str = "$direct";

/// Query parameters that tell a campaign, as posthog-js has them.
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

/// The page and the referrer that a visitor came by. Without secrets, and bounded in length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstTouch {
    /// The first page.
    url: String,
    /// The page before it, on another host.
    referrer: Option<String>,
}

/// Takes what is secret out of an address: an app's own tokens in paths, which no general rule finds.
pub type MaskAddress<'a> = &'a dyn Fn(&str) -> String;

/// The value of a cookie that keeps the visitor's first page. `app_host` is what the app's own addresses have
/// as their host; the value fits a cookie, and needs a signature.
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
    /// From the value that [`cookie()`] made, if it is this visitor's.
    pub fn from_cookie(app_url: &str, cookie: &str, visitor_id: Uuid) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cookie).ok()?).ok()?;
        let [id, path, referrer] = text.split('\n').collect::<Vec<_>>().try_into().ok()?;
        (id == visitor_id.to_string()).then(|| Self {
            url: format!("{app_url}{path}"),
            referrer: Some(referrer.to_owned()).filter(|referrer| !referrer.is_empty()),
        })
    }

    /// `$initial_person_info` in posthog-js's own cookie: `{"u": URL, "r": referrer}`. It may still
    /// belong to another person at the same browser; then it is not this visitor's.
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

    /// Under posthog-js's names, so that it does not matter which of the two PostHog hears first.
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

/// With the port, where it is not the scheme's own: what `location.host` says in a browser.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
