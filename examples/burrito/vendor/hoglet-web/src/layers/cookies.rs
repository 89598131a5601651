//! The layers around everything that reads or sets cookies.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::COOKIE;
use axum::response::Response;
use futures_core::future::BoxFuture;
use tower_cookies::CookieManagerLayer;

use crate::chain::Next;

/// The layer that reads cookies, and sends those that were changed.
pub fn cookies(request: Request, next: Next) -> BoxFuture<'static, Response> {
    next.run_in(&CookieManagerLayer::new(), request)
}

/// The layer that removes disguised cookies, whose names look like ours only after decoding.
///
/// Browsers let no other host set a `__Host-` cookie. But the parser decodes names and trims Unicode spaces, so it
/// would read `%5F_Host-session` as ours, which a sibling subdomain can set. Also, one cookie that is not UTF-8
/// would make the parser read none at all.
pub fn drop_disguised(mut request: Request, next: Next) -> BoxFuture<'static, Response> {
    let headers = request.headers_mut();
    let sent = headers.get_all(COOKIE);
    if !sent.iter().flat_map(each).all(is_plain) {
        let plain: Vec<_> = sent.iter().filter_map(only_plain).collect();
        headers.remove(COOKIE);
        for cookies in plain {
            headers.append(COOKIE, cookies);
        }
    }
    next.run(request)
}

fn only_plain(cookies: &HeaderValue) -> Option<HeaderValue> {
    let plain: Vec<_> = each(cookies).filter(|cookie| is_plain(cookie)).collect();
    HeaderValue::from_bytes(&plain.join(&b';')).ok()
}

fn each(cookies: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    cookies.as_bytes().split(|byte| *byte == b';')
}

fn is_plain(cookie: &[u8]) -> bool {
    let mut parts = cookie.split(|byte| *byte == b'=');
    let name = parts.next().unwrap_or_default();
    cookie.is_ascii() && !name.contains(&b'%')
}
