//! Hoglet's cookies: their names, keys and attributes, in one place.

use axum::http::Extensions;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tower_cookies::cookie::{CookieBuilder, SameSite};
use tower_cookies::{Cookie, Cookies, Key};

use crate::settings::Settings;

/// A signed cookie with its own key.
///
/// A signature does not cover the cookie's name. With a shared key, the value of one cookie would be valid for
/// another.
#[derive(Clone)]
pub struct SignedCookie {
    name: String,
    key: Key,
    secure: bool,
    /// `None` means until the browser is closed.
    lifetime: Option<time::Duration>,
}

/// Hoglet's cookies. All are signed, `HttpOnly` and `SameSite=Lax`.
///
/// With https they are also `Secure`, and their names begin with `__Host-`. Then comes the value of
/// `COOKIE_PREFIX`.
#[derive(Clone)]
pub struct SignedCookies {
    /// The id of the session's row. Lives until the browser is closed, or as long as a remembered session.
    pub session: SignedCookie,
    /// The visitor id, see [`visitor`](crate::visitor). Lives a year.
    pub visitor: SignedCookie,
    /// The visitor's first page, see `posthog::first_touch`. Lives a year.
    pub first_touch: SignedCookie,
    /// The opt-out of this browser. Lives five years.
    pub opt_out: SignedCookie,
    /// Messages for the next page, see [`session::flash`](crate::session::flash).
    ///
    /// Each message has its own cookie, with a suffix to the name. They live ten minutes.
    pub flash: SignedCookie,
    /// The page to open after a log-in by a link. Lives an hour.
    pub next: SignedCookie,
    /// In development only: the events that a redirect has captured, see `posthog::panel`.
    /// Lives a minute.
    pub captured: SignedCookie,
}

impl SignedCookies {
    /// Derives the keys from `SECRET_KEY`.
    pub fn new(settings: &Settings) -> Self {
        // Browsers accept a `__Host-` cookie only from its own host, and only over https.
        let host = if settings.https() { "__Host-" } else { "" };
        let cookie = |name: &str, lifetime| SignedCookie {
            name: format!("{host}{}{name}", settings.cookie_prefix),
            key: Key::derive_from(format!("{name}:{}", settings.secret_key.expose()).as_bytes()),
            secure: settings.https(),
            lifetime,
        };
        Self {
            session: cookie("session", None),
            visitor: cookie("visitor", Some(crate::visitor::LIFETIME)),
            first_touch: cookie("first_touch", Some(crate::visitor::LIFETIME)),
            opt_out: cookie("opt_out", Some(time::Duration::days(5 * 365))),
            flash: cookie("flash", Some(time::Duration::minutes(10))),
            next: cookie("next", Some(time::Duration::hours(1))),
            captured: cookie("captured", Some(time::Duration::minutes(1))),
        }
    }

    /// Deletes the cookies that identify a visitor.
    pub fn forget_visitor(&self, cookies: &Cookies) {
        for cookie in [&self.visitor, &self.first_touch] {
            cookie.delete(cookies);
        }
    }
}

/// The cookies of a request.
///
/// # Panics
///
/// If the request has not passed the layer `cookies`.
pub fn of(extensions: &Extensions) -> Cookies {
    extensions
        .get::<Cookies>()
        .cloned()
        .expect("the cookies' layer wraps every page")
}

impl SignedCookie {
    /// The value, if the request presented one with a valid signature.
    pub fn get(&self, cookies: &Cookies) -> Option<String> {
        cookies
            .signed(&self.key)
            .get(&self.name)
            .map(|cookie| cookie.value().to_owned())
    }

    /// Whether the request presented the cookie, valid or not.
    pub fn presented(&self, cookies: &Cookies) -> bool {
        cookies.get(&self.name).is_some()
    }

    /// The text that [`SignedCookie::set_text`] has set.
    pub fn text(&self, cookies: &Cookies) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(self.get(cookies)?).ok()?;
        String::from_utf8(bytes).ok()
    }

    /// Sets the cookie with its usual lifetime.
    ///
    /// The value should have only letters and digits; use [`SignedCookie::set_text`] for any other text.
    pub fn set(&self, cookies: &Cookies, value: String) {
        self.add(cookies, value, self.lifetime);
    }

    /// Sets the cookie to any text, encoded. Browsers accept 4 KiB, which is 2,900 bytes of text.
    pub fn set_text(&self, cookies: &Cookies, text: &str) {
        self.set(cookies, URL_SAFE_NO_PAD.encode(text));
    }

    /// Sets the cookie with another lifetime than usual.
    pub fn set_for(&self, cookies: &Cookies, value: String, lifetime: time::Duration) {
        self.add(cookies, value, Some(lifetime));
    }

    fn add(&self, cookies: &Cookies, value: String, lifetime: Option<time::Duration>) {
        let mut cookie = self.build(value).build();
        cookie.set_max_age(lifetime);
        cookies.signed(&self.key).add(cookie);
    }

    /// A cookie of this kind with a suffix to its name. Concurrent requests can set several of them.
    pub fn with_suffix(&self, suffix: &str) -> Self {
        Self {
            name: format!("{}-{suffix}", self.name),
            ..self.clone()
        }
    }

    /// The cookies with a suffix that the request presented, sorted by suffix.
    ///
    /// Their signatures may be invalid.
    pub fn all_with_suffix(&self, cookies: &Cookies) -> Vec<Self> {
        let begin = format!("{}-", self.name);
        let mut names: Vec<String> = cookies
            .list()
            .into_iter()
            .map(|cookie| cookie.name().to_owned())
            .filter(|name| name.starts_with(&begin))
            .collect();
        names.sort_unstable();
        let named = |name| Self {
            name,
            ..self.clone()
        };
        names.into_iter().map(named).collect()
    }

    /// Tells the browser to drop the cookie.
    pub fn delete(&self, cookies: &Cookies) {
        cookies
            .signed(&self.key)
            .remove(self.build(String::new()).build());
    }

    fn build(&self, value: String) -> CookieBuilder<'static> {
        Cookie::build((self.name.clone(), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
    }
}
