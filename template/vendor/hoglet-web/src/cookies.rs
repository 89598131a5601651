//! Hoglet's cookies: their names, keys and attributes, in one place.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::COOKIE;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tower_cookies::cookie::{CookieBuilder, SameSite};
use tower_cookies::{Cookie, CookieManagerLayer, Cookies, Key};

use crate::settings::Settings;
use futures_core::future::BoxFuture;

/// One cookie. Signed with a key of its own: a signature does not cover the cookie's
/// name, so with a shared key one cookie's value would pass for another's.
#[derive(Clone)]
pub struct SignedCookie {
    name: String,
    key: Key,
    secure: bool,
    /// None lives until the browser is closed.
    lifetime: Option<time::Duration>,
}

/// Hoglet's cookies. All are signed, `HttpOnly` and `SameSite=Lax`; behind https they are
/// `Secure`, and their names begin with `__Host-`. `COOKIE_PREFIX` comes next.
#[derive(Clone)]
pub struct SignedCookies {
    /// The id of the session's row. Lives until the browser is closed, unless its session says how long.
    pub session: SignedCookie,
    /// The visitor id, see [`visitor`](crate::visitor). Lives a year.
    pub visitor: SignedCookie,
    /// The visitor's first page, see `posthog::first_touch`. Lives a year.
    pub first_touch: SignedCookie,
    /// That this browser's people are not to be tracked. Lives five years.
    pub opt_out: SignedCookie,
    /// Messages for the next page that is shown, see [`session::flash`](crate::session::flash): a cookie
    /// each, with the name and one more part. Live ten minutes.
    pub flash: SignedCookie,
    /// Where it goes on after a log-in by a link in a mail. Lives an hour.
    pub next: SignedCookie,
    /// In development only: what a redirect has captured, see `posthog::panel`.
    /// Lives a minute.
    pub captured: SignedCookie,
}

impl SignedCookies {
    /// With keys that are derived from `SECRET_KEY`.
    pub fn new(settings: &Settings) -> Self {
        // Browsers accept a `__Host-` cookie from this very host only, over https only.
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

    /// Takes away what makes somebody a visitor that is known.
    pub fn forget_visitor(&self, cookies: &Cookies) {
        for cookie in [&self.visitor, &self.first_touch] {
            cookie.delete(cookies);
        }
    }
}

/// The layer that reads and writes cookies.
pub fn manager() -> CookieManagerLayer {
    CookieManagerLayer::new()
}

/// The layer that drops cookies which only look like ours after decoding.
///
/// Browsers let no other host set a `__Host-` cookie. But the parser decodes names and trims Unicode
/// spaces, so that `%5F_Host-session`, which a sibling subdomain may set, would be read as ours. And
/// one cookie that is not UTF-8 makes the parser read none at all.
pub fn drop_disguised(mut request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let headers = request.headers_mut();
        let cookies: Vec<_> = headers.get_all(COOKIE).iter().filter_map(plain).collect();
        headers.remove(COOKIE);
        for cookie in cookies {
            headers.append(COOKIE, cookie);
        }
        next.run(request).await
    })
}

fn plain(cookies: &HeaderValue) -> Option<HeaderValue> {
    let cookies = cookies.as_bytes().split(|byte| *byte == b';');
    let plain = cookies.filter(|cookie| {
        let mut parts = cookie.split(|byte| *byte == b'=');
        let name = parts.next().unwrap_or_default();
        cookie.is_ascii() && !name.contains(&b'%')
    });
    let plain: Vec<_> = plain.collect();
    HeaderValue::from_bytes(&plain.join(&b';')).ok()
}

impl SignedCookie {
    /// The value, if the request presented one with a valid signature.
    pub fn get(&self, cookies: &Cookies) -> Option<String> {
        cookies
            .signed(&self.key)
            .get(&self.name)
            .map(|cookie| cookie.value().to_owned())
    }

    /// Whether the request presented the cookie at all, valid or not.
    pub fn presented(&self, cookies: &Cookies) -> bool {
        cookies.get(&self.name).is_some()
    }

    /// The text in a cookie of [`SignedCookie::set_text`].
    pub fn text(&self, cookies: &Cookies) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(self.get(cookies)?).ok()?;
        String::from_utf8(bytes).ok()
    }

    /// Sets the cookie for as long as it usually lives. What is no letter or digit may not survive the
    /// way to the browser and back; see [`SignedCookie::set_text`].
    pub fn set(&self, cookies: &Cookies, value: String) {
        self.add(cookies, value, self.lifetime);
    }

    /// Sets the cookie to any text, encoded. Browsers take 4 KiB, so 2,900 bytes at most.
    pub fn set_text(&self, cookies: &Cookies, text: &str) {
        self.set(cookies, URL_SAFE_NO_PAD.encode(text));
    }

    /// Sets the cookie for another time than it usually lives.
    pub fn set_for(&self, cookies: &Cookies, value: String, lifetime: time::Duration) {
        self.add(cookies, value, Some(lifetime));
    }

    fn add(&self, cookies: &Cookies, value: String, lifetime: Option<time::Duration>) {
        let mut cookie = self.build(value).build();
        cookie.set_max_age(lifetime);
        cookies.signed(&self.key).add(cookie);
    }

    /// One more cookie of this kind, for what several requests at once may set. `part` tells it from the
    /// others.
    pub fn another(&self, part: &str) -> Self {
        Self {
            name: format!("{}-{part}", self.name),
            ..self.clone()
        }
    }

    /// The cookies of this kind that the request presented, in the order of their parts. Not each of them
    /// need have a valid signature.
    pub fn others(&self, cookies: &Cookies) -> Vec<Self> {
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
