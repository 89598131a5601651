//! Signed cookies: only a signed value is accepted.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderValue, Request, Response};
use hoglet_web::cookies::{SignedCookie, SignedCookies};
use proptest::prelude::*;
use tower::{Layer, ServiceExt, service_fn};
use tower_cookies::{CookieManagerLayer, Cookies};

use crate::{RUNTIME, WEB, config};

/// The value that is read when a browser sends the cookie with this value.
fn read(cookie: &SignedCookie, name: &str, presented: &[u8]) -> Option<String> {
    let header = [name.as_bytes(), b"=", presented].concat();
    let mut request = Request::new(Body::empty());
    let headers = request.headers_mut();
    headers.insert(COOKIE, HeaderValue::from_bytes(&header).ok()?);
    let cookie = cookie.clone();
    let response = through_cookies(request, move |cookies| Response::new(cookie.get(&cookies)));
    response.into_body()
}

/// The value as a browser gets it.
fn signed(cookie: &SignedCookie, value: &str) -> String {
    let (cookie, value) = (cookie.clone(), value.to_owned());
    let response = through_cookies(Request::new(Body::empty()), move |cookies| {
        cookie.set(&cookies, value.clone());
        Response::new(None)
    });
    let header = response.headers()[SET_COOKIE].to_str().unwrap();
    let (_, sent) = header.split_once('=').unwrap();
    sent.split(';').next().unwrap().to_owned()
}

fn through_cookies(
    request: Request<Body>,
    answer: impl Fn(Cookies) -> Response<Option<String>> + Clone,
) -> Response<Option<String>> {
    let service = service_fn(move |request: Request<Body>| {
        let cookies = request.extensions().get::<Cookies>().unwrap().clone();
        std::future::ready(Ok::<_, Infallible>(answer(cookies)))
    });
    let answering = CookieManagerLayer::new().layer(service).oneshot(request);
    let Ok(response) = RUNTIME.block_on(answering);
    response
}

fn signed_cookies() -> SignedCookies {
    SignedCookies::new(&WEB.settings)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_signed_value_comes_back_and_nothing_else_does(
        value in "[a-zA-Z0-9-]{0,40}",
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        change in 0..4,
    ) {
        let cookies = signed_cookies();
        let presented = signed(&cookies.visitor, &value);
        prop_assert_eq!(read(&cookies.visitor, "visitor", presented.as_bytes()), Some(value));
        prop_assert_eq!(read(&cookies.session, "session", presented.as_bytes()), None);

        let mut forged = presented.clone().into_bytes();
        let place = place.index(forged.len());
        match change {
            0 => forged[place] = byte,
            1 => forged.insert(place, byte),
            2 => drop(forged.remove(place)),
            _ => forged.truncate(place),
        }
        // A `;` ends the cookie, and browsers and servers trim whitespace around a value.
        let ends = |bytes: &[u8]| bytes.split(|byte| *byte == b';').next().unwrap().trim_ascii().to_vec();
        if ends(&forged) != presented.as_bytes() {
            prop_assert_eq!(read(&cookies.visitor, "visitor", &forged), None);
        }
    }

    #[test]
    fn a_cookie_of_anything_is_nobodys(presented in prop::collection::vec(any::<u8>(), 0..120)) {
        prop_assert_eq!(read(&signed_cookies().visitor, "visitor", &presented), None);
    }
}
