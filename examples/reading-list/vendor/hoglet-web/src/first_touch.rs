//! The first touch of a visitor: read from posthog-js's cookie, or else from Hoglet's.

use serde_json::{Map, Value};
use tower_cookies::Cookies;
use uuid::Uuid;

use crate::cookies::SignedCookies;
use crate::posthog::FirstTouch;
use crate::posthog::headers::posthog_js_cookie;
use crate::secret_paths::SecretPaths;
use crate::settings::Settings;

/// The visitor's `$initial_…` properties. Empty if no first touch is stored.
pub fn properties_of(
    settings: &Settings,
    secret_paths: &SecretPaths,
    signed: &SignedCookies,
    cookies: &Cookies,
    visitor_id: Uuid,
) -> Map<String, Value> {
    let mask = |address: &str| secret_paths.masked_address(address).into_owned();
    let remembered = cookies.get(&posthog_js_cookie(&settings.posthog.project_token));
    let remembered = remembered
        .and_then(|cookie| FirstTouch::from_posthog_js(&mask, cookie.value(), visitor_id));
    let seen = || {
        let cookie = signed.first_touch.get(cookies)?;
        FirstTouch::from_cookie(&settings.app_url(), &cookie, visitor_id)
    };
    remembered
        .or_else(seen)
        .map(|touch| touch.properties())
        .unwrap_or_default()
}
