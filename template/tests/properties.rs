//! What holds for any input, however odd: paths to go on to, cookies, addresses, headers.
//!
//! An input that ever failed is kept in `properties.proptest-regressions` and tried first from then on.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the message that it failed"
)]

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};

use app::app::AppState;
use app::auth::local_path;
use app::cookies::{AppCookie, AppCookies};
use app::posthog::{context, identity, proxy};
use app::request::{RequestInfo, describe};
use app::settings::{Settings, new_secret_key};
use axum::Extension;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Request, Response};
use axum::middleware::from_fn_with_state;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use reqwest::Url;
use tokio::runtime::Runtime;
use tower::{Layer, ServiceExt, service_fn};
use tower_cookies::{CookieManagerLayer, Cookies};
use uuid::Uuid;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

static STATE: LazyLock<AppState> = LazyLock::new(|| {
    let variables = HashMap::from([
        ("APP_ENV", "test".to_owned()),
        ("SECRET_KEY", new_secret_key()),
        ("POSTHOG_DISABLED", "true".to_owned()),
        ("POSTHOG_API_KEY", "phc_test".to_owned()),
        (
            "TRUSTED_PROXIES",
            "127.0.0.1,10.0.0.0/8,fd00::/8".to_owned(),
        ),
    ]);
    let settings = Settings::read(|name| variables.get(name).cloned()).unwrap();
    RUNTIME
        .block_on(AppState::new(settings, Default::default()))
        .unwrap()
});

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource(
            "proptest-regressions",
        ))),
        ..ProptestConfig::default()
    }
}

/// Text that is likely to be taken for another host.
fn tricky_path() -> impl Strategy<Value = String> {
    prop_oneof![
        r"/?[/\\\t\r\n\x00 .:@?#%;a\u{e9}\u{3000}\u{ff0f}-]{0,12}",
        "(/|//|/\\\\|%2f|%5c|/%09/|http:|https:|evil\\.example|\\.\\.|@|\t|\n){0,6}",
        ".*",
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_path_to_go_on_to_stays_in_the_app(next in tricky_path()) {
        if let Some(path) = local_path(&next) {
            let base = Url::parse("https://app.example/login").unwrap();
            let url = base.join(path);
            prop_assert!(url.is_ok(), "{path:?}");
            prop_assert_eq!(url.unwrap().origin(), base.origin());
            prop_assert!(HeaderValue::from_str(path).is_ok());
        }
    }

    #[test]
    fn an_ordinary_path_is_one_to_go_on_to(path in "/([a-z0-9._~-]{1,8}/){0,3}([a-z0-9]{1,8}(\\?[a-z=&%0-9]{0,8})?)?") {
        prop_assert_eq!(local_path(&path), Some(path.as_str()));
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_proxy_reaches_posthogs_two_hosts_and_nothing_else(
        path in prop_oneof![tricky_path(), "(/relay)?(/|\\\\|\\.\\.|%2e|static|array|@|:|//|evil\\.example|\\?|#){0,8}"],
        climbing in any::<bool>(),
    ) {
        let host = if climbing { "https://inside.example/posthog" } else { "https://eu.i.posthog.com" };
        let settings = Settings::read(|name| (name == "POSTHOG_HOST").then(|| host.to_owned())).unwrap();
        for path in [path.clone(), format!("/relay{path}"), format!("/relay/{path}")] {
            let Some(url) = proxy::target(&settings.posthog, &path) else { continue };
            let (host, path) = (url.host_str().unwrap(), url.path());
            prop_assert_eq!(url.scheme(), "https");
            prop_assert_eq!(url.port(), None);
            prop_assert_eq!(url.username(), "");
            if climbing {
                prop_assert_eq!(host, "inside.example");
                prop_assert!(path.starts_with("/posthog/"), "{}", path);
            } else {
                prop_assert!(["eu.i.posthog.com", "eu-assets.i.posthog.com"].contains(&host), "{}", host);
            }
        }
    }
}

/// What the cookie says when a browser presents it with this value.
fn read(cookie: &AppCookie, name: &str, presented: &[u8]) -> Option<String> {
    let header = [name.as_bytes(), b"=", presented].concat();
    let mut request = Request::new(Body::empty());
    let headers = request.headers_mut();
    headers.insert(COOKIE, HeaderValue::from_bytes(&header).ok()?);
    let cookie = cookie.clone();
    let response = through_cookies(request, move |cookies| Response::new(cookie.get(&cookies)));
    response.into_body()
}

/// The value as a browser gets it.
fn signed(cookie: &AppCookie, value: &str) -> String {
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

fn cookies() -> AppCookies {
    AppCookies::new(&STATE.settings)
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
        let cookies = cookies();
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
        // A `;` ends the cookie, and browsers and servers trim what stands around a value.
        let ends = |bytes: &[u8]| bytes.split(|byte| *byte == b';').next().unwrap().trim_ascii().to_vec();
        if ends(&forged) != presented.as_bytes() {
            prop_assert_eq!(read(&cookies.visitor, "visitor", &forged), None);
        }
    }

    #[test]
    fn a_cookie_of_anything_is_nobodys(presented in prop::collection::vec(any::<u8>(), 0..120)) {
        prop_assert_eq!(read(&cookies().visitor, "visitor", &presented), None);
    }
}

/// The client's address as the app sees it.
fn client(peer: IpAddr, forwarded: &[Vec<u8>]) -> IpAddr {
    let router = axum::Router::new()
        .fallback(async |Extension(info): Extension<Arc<RequestInfo>>| info.ip.to_string())
        .layer(from_fn_with_state(STATE.clone(), describe));
    let mut request = Request::new(Body::empty());
    for value in forwarded {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            request.headers_mut().append("x-forwarded-for", value);
        }
    }
    let peer = ConnectInfo(SocketAddr::new(peer, 1));
    request.extensions_mut().insert(peer);
    RUNTIME.block_on(async {
        let response = router.oneshot(request).await.unwrap();
        let body = axum::body::to_bytes(response.into_body(), 100).await;
        std::str::from_utf8(&body.unwrap())
            .unwrap()
            .parse()
            .unwrap()
    })
}

fn proxy() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        Just(IpAddr::from([127, 0, 0, 1])),
        any::<[u8; 3]>().prop_map(|[a, b, c]| IpAddr::from([10, a, b, c])),
        any::<[u16; 7]>()
            .prop_map(|[a, b, c, d, e, f, g]| IpAddr::from([0xfd00, a, b, c, d, e, f, g])),
    ]
}

fn stranger() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<[u8; 3]>().prop_map(|[a, b, c]| IpAddr::from([203, a, b, c])),
        any::<[u16; 7]>()
            .prop_map(|[a, b, c, d, e, f, g]| IpAddr::from([0x2001, a, b, c, d, e, f, g])),
    ]
}

/// An address as one proxy or another writes it.
fn written(address: IpAddr, port: bool, spaces: bool) -> String {
    let text = if port {
        SocketAddr::new(address, 4711).to_string()
    } else {
        address.to_string()
    };
    if spaces { format!("  {text}\t") } else { text }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_stranger_writes_nothing_about_addresses(
        peer in stranger(),
        forwarded in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4),
        claimed in stranger(),
    ) {
        prop_assert_eq!(client(peer, &forwarded), peer);
        prop_assert_eq!(client(peer, &[claimed.to_string().into_bytes()]), peer);
    }

    #[test]
    fn behind_proxies_the_nearest_stranger_is_the_client(
        garbage in prop::collection::vec(any::<u8>(), 0..40),
        stranger in stranger(),
        proxies in prop::collection::vec((proxy(), any::<bool>(), any::<bool>()), 0..4),
        peer in proxy(),
        one_header in any::<bool>(),
    ) {
        let mut forwarded = vec![garbage, written(stranger, false, true).into_bytes()];
        forwarded.extend(proxies.into_iter().map(|(ip, port, spaces)| written(ip, port, spaces).into_bytes()));
        if one_header && HeaderValue::from_bytes(&forwarded[0]).is_ok_and(|value| value.to_str().is_ok()) {
            forwarded = vec![forwarded.join(&b","[..])];
        }
        prop_assert_eq!(client(peer, &forwarded), stranger);
    }

    #[test]
    fn garbage_from_a_proxy_is_survived(
        peer in proxy(),
        forwarded in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4),
    ) {
        client(peer, &forwarded);
    }

    #[test]
    fn a_tracing_header_is_short_clean_and_stays_as_it_is(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..80),
            "[ \t\u{80}-\u{a0}a\u{e9}\u{2028}\u{3000}]{0,40}".prop_map(String::into_bytes),
            "[ a-z\u{85}\u{4e00}]{990,1010}".prop_map(String::into_bytes),
        ],
    ) {
        let clean = |bytes: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert("x", HeaderValue::from_bytes(bytes).ok()?);
            identity::header(&headers, "x")
        };
        if let Some(id) = clean(&bytes) {
            prop_assert!(!id.is_empty());
            prop_assert!(id.chars().count() <= 1000);
            prop_assert!(!id.chars().any(char::is_control), "{id:?}");
            prop_assert_eq!(id.trim(), &id);
            prop_assert_eq!(clean(id.as_bytes()), Some(id));
        }
    }

    #[test]
    fn any_cookie_of_posthog_js_is_survived(
        stored in prop_oneof![
            any::<String>(),
            r#"\{"\$sesid":\[?(-?[0-9]{0,20}|null|"a"),("[0-9a-f-]{0,36}"|null|7)?\]?\}?"#,
        ],
        encoded in any::<bool>(),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let stored = if encoded {
            form_urlencoded::byte_serialize(stored.as_bytes()).collect()
        } else {
            stored
        };
        let raw = [b"ph_phc_test_posthog=", &bytes[..]].concat();
        for value in [format!("ph_phc_test_posthog={stored}").into_bytes(), raw, bytes] {
            let Ok(value) = HeaderValue::from_bytes(&value) else { continue };
            let mut request = Request::new(Body::empty());
            request.headers_mut().insert(COOKIE, value);
            request.extensions_mut().insert(Arc::new(request_info()));
            context::of_request(&STATE.settings, &a_visitor(), &request);
        }
    }
}

fn request_info() -> RequestInfo {
    RequestInfo {
        id: String::new(),
        path_and_query: "/".into(),
        path: "/".into(),
        ip: [127, 0, 0, 1].into(),
        plain_http: false,
        wants_json: false,
        csp_nonce: String::new(),
    }
}

fn a_visitor() -> identity::Identity {
    let id = Uuid::new_v4();
    identity::Identity {
        person: identity::Person::Visitor(id),
        visitor_id: id,
        opted_out: false,
        opt_out_forced: false,
    }
}
