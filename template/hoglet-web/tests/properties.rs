//! What holds for any input, however odd: paths to go on to, cookies, addresses, headers.
//!
//! An input that ever failed is kept in `properties.proptest-regressions` and tried first from then on.

#![cfg(feature = "testing")]
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the message that it failed"
)]

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{COOKIE, REFERER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Request, Response};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Extension, Json, Router};
use hoglet_web::cookies::{self, SignedCookie, SignedCookies};
use hoglet_web::database::Migrations;
use hoglet_web::files::Files;
use hoglet_web::local_path::local_path;
use hoglet_web::package::Package;
use hoglet_web::posthog::first_touch::{self, FirstTouch};
use hoglet_web::posthog::identify::identify;
use hoglet_web::posthog::identity::{Identity, Subject};
use hoglet_web::posthog::{PostHog, TrackedEvent, context, headers, proxy, urls};
use hoglet_web::request::RequestInfo;
use hoglet_web::request::layer::describe;
use hoglet_web::security::ContentSecurityPolicy;
use hoglet_web::session::layer::sessions;
use hoglet_web::settings::{Reader, Settings};
use hoglet_web::users::Users;
use hoglet_web::web::{Parts, Web};
use minijinja::context as values;
use posthog_rs::Event;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use reqwest::Url;
use rust_embed::RustEmbed;
use sea_orm::DatabaseConnection;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
use tower_cookies::{CookieManagerLayer, Cookies};
use uuid::Uuid;

#[path = "web/club/member.rs"]
#[expect(dead_code, reason = "nobody joins here")]
mod member;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

static WEB: LazyLock<Web> = LazyLock::new(|| web("test"));

/// Remembers what was captured.
static DEVELOPMENT: LazyLock<Web> = LazyLock::new(|| web("development"));

const PACKAGE: Package = hoglet_web::package!();

#[derive(RustEmbed)]
#[folder = "tests/web/club/templates/"]
struct Templates;

#[derive(RustEmbed)]
#[folder = "tests/web/club/static/"]
struct Assets;

fn settings(given: &[(&str, &str)]) -> Settings {
    let given: HashMap<_, _> = given.iter().copied().collect();
    let variable = |name: &str| given.get(name).map(|value| (*value).to_owned());
    let defaults = [
        ("DATABASE_URL", "sqlite::memory:"),
        ("POSTHOG_HOST", "https://us.i.posthog.com"),
    ];
    let defaults = defaults.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut reader = Reader::new(&variable, defaults.into());
    let settings = Settings::read(&mut reader, &PACKAGE);
    reader.finish(settings).unwrap()
}

/// An app without a database: nobody here has a session.
fn web(environment: &str) -> Web {
    let settings = settings(&[
        ("APP_ENV", environment),
        ("POSTHOG_DISABLED", "true"),
        ("POSTHOG_PROJECT_TOKEN", "phc_test"),
        ("TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8,fd00::/8"),
    ]);
    let parts = Parts {
        users: Users::of::<member::Entity>(),
        migrations: Migrations::of::<member::Migrator>(),
        templates: Files::of::<Templates>(),
        assets: Files::of::<Assets>(),
        every_page: |_| values! {},
        sentence: |_| "",
        content_security_policy: ContentSecurityPolicy::default(),
        flags: &[],
        event_properties: |context, _| context,
    };
    let starting = Web::start(PACKAGE, settings, DatabaseConnection::default(), parts);
    RUNTIME.block_on(starting).unwrap()
}

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
        path in prop_oneof![
            tricky_path(),
            "(/relay)?(/|\\\\|\\.\\.|%2e|%2f|static|array|@|:|//|evil\\.example|\\?|#){0,8}",
            "/(static|array|e|array/phc_own|flags)(/|\\\\|\\.\\.|%2e%2e|%2f|/\\.\\./|array|phc_own|phc_other|config\\.js|\\?){0,8}",
        ],
        climbing in any::<bool>(),
    ) {
        let host = if climbing { "https://inside.example/posthog" } else { "https://eu.i.posthog.com" };
        let settings = settings(&[("POSTHOG_HOST", host), ("POSTHOG_API_KEY", "phc_own")]);
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
            // However the other end decodes it, it is no other project's script.
            prop_assert!(!path.contains('%'), "{}", path);
            prop_assert!(path.split('/').all(|segment| segment != ".."), "{}", path);
            if path.trim_start_matches("/posthog").starts_with("/array") {
                prop_assert!(path.contains("/array/phc_own/"), "{}", path);
            }
        }
    }
}

/// What the cookie says when a browser presents it with this value.
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
        // A `;` ends the cookie, and browsers and servers trim what stands around a value.
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

/// The client's address as the app sees it.
fn client(peer: IpAddr, forwarded: &[Vec<u8>]) -> IpAddr {
    let router = Router::new()
        .fallback(async |Extension(info): Extension<Arc<RequestInfo>>| info.ip.to_string())
        .layer(from_fn_with_state(WEB.clone(), describe));
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
    fn garbage_from_a_proxy_makes_up_no_address(
        peer in proxy(),
        forwarded in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4),
    ) {
        let written = forwarded
            .iter()
            .filter_map(|value| HeaderValue::from_bytes(value).ok())
            .filter_map(|value| value.to_str().map(str::to_owned).ok())
            .collect::<Vec<_>>()
            .join(",");
        let read = |text: &str| {
            let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
            text.parse::<IpAddr>().or_else(|_| with_port()).ok().map(|ip| ip.to_canonical())
        };
        let client = client(peer, &forwarded);
        let is_written = written.split(',').any(|item| read(item.trim()) == Some(client));
        prop_assert!(client == peer || is_written, "{client} {written:?}");
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
            let mut sent = HeaderMap::new();
            sent.insert("x", HeaderValue::from_bytes(bytes).ok()?);
            headers::read(&sent, "x")
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
    fn any_cookie_of_posthog_js_names_a_session_or_none(
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
            let context = context::of_request(&WEB.settings, &a_visitor(), &request);
            let mut event = Event::new("", "");
            context.apply_to_event(&mut event);
            if let Some(session) = event.properties().get("$session_id") {
                prop_assert!(session.as_str().unwrap().parse::<Uuid>().is_ok(), "{session}");
            }
        }
    }
}

/// Any shape that serde knows, of any depth, and values that cannot be serialized.
#[derive(Clone, Debug)]
enum Shape {
    Json(Value),
    Text(String),
    /// A map whose keys are no text.
    Map(Vec<(Shape, Shape)>),
    List(Vec<Shape>),
    Unit,
    None,
    Number(f64),
    Large(u128),
    Bytes(Vec<u8>),
    Variant(Box<Shape>),
    Refused(String),
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Json(value) => value.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Map(entries) => {
                serializer.collect_map(entries.iter().map(|(key, value)| (key, value)))
            }
            Self::List(items) => serializer.collect_seq(items),
            Self::Unit => serializer.serialize_unit_struct("OrderCancelled"),
            Self::None => serializer.serialize_none(),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Large(number) => serializer.serialize_u128(*number),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Self::Variant(inside) => {
                serializer.serialize_newtype_variant("Order", 0, "Cancelled", inside)
            }
            Self::Refused(reason) => Err(serde::ser::Error::custom(reason)),
        }
    }
}

impl TrackedEvent for Shape {
    const NAME: &'static str = "order_cancelled";
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Unit),
        Just(Shape::None),
        any::<String>().prop_map(Shape::Text),
        any::<f64>().prop_map(Shape::Number),
        any::<u128>().prop_map(Shape::Large),
        any::<Vec<u8>>().prop_map(Shape::Bytes),
        any::<String>().prop_map(Shape::Refused),
        any::<String>().prop_map(|text| Shape::Json(json!({ text: [null, true, 1] }))),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec((inner.clone(), inner.clone()), 0..5).prop_map(Shape::Map),
            prop::collection::vec(inner.clone(), 0..5).prop_map(Shape::List),
            inner.prop_map(|inside| Shape::Variant(Box::new(inside))),
        ]
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_event_of_any_shape_is_captured(shape in shape()) {
        let captured = captured(shape);
        let names: Vec<_> = captured.iter().map(|entry| entry["name"].as_str().unwrap()).collect();
        prop_assert_eq!(names.last(), Some(&"order_cancelled"));
    }
}

/// What a page remembers to have captured, that has joined a group and captured an event.
fn captured(shape: Shape) -> Vec<Value> {
    let page = get(
        async |posthog: PostHog, Extension(shape): Extension<Shape>| {
            posthog.with_group("company", "acme", shape.clone());
            posthog.capture(shape);
            Json(posthog.captured())
        },
    );
    let web = DEVELOPMENT.clone();
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(web.clone(), describe))
        .layer(cookies::manager())
        .layer(from_fn_with_state(web.clone(), sessions))
        .layer(from_fn_with_state(web, identify));
    let router = Router::new().route("/", page).layer(layers);
    let mut request = Request::new(Body::empty());
    request.extensions_mut().insert(shape);
    RUNTIME.block_on(async {
        let response = router.oneshot(request).await.unwrap();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        serde_json::from_slice(&body.unwrap()).unwrap()
    })
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

fn a_visitor() -> Identity {
    let id = Uuid::new_v4();
    Identity {
        person: Subject::Visitor(id),
        visitor_id: id,
        opted_out: false,
        opt_out_forced: false,
    }
}

/// A name that stands for a secret, with some of its letters in upper case or percent-encoded.
fn secret_name() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "token",
        "access_token",
        "id-token",
        "csrfToken",
        "code",
        "auth_code",
        "otp.code",
        "password",
        "user[password]",
        "passwordConfirmation",
        "key",
        "api_key",
        "apikey",
        "key[0]",
        "secret",
        "client_secret",
        "signature",
        "X-Amz-Signature",
    ]);
    (names, any::<u32>(), any::<u32>()).prop_map(|(name, encoded, upper)| {
        let letters = name.bytes().enumerate().map(|(place, byte)| {
            let byte = if upper >> place & 1 == 1 {
                byte.to_ascii_uppercase()
            } else {
                byte
            };
            if encoded >> place & 1 == 1 {
                format!("%{byte:02x}")
            } else {
                char::from(byte).into()
            }
        });
        letters.collect()
    })
}

/// One parameter as it is sent, and as PostHog may see it.
fn parameter() -> impl Strategy<Value = (String, String)> {
    let harmless = "(q|utm_source|keyword|codec|page|%71|a%20b|[a-d]{0,3})(=([A-Za-c0-9/:+._~-]|%20|%C3%A9|%2){0,12})?"
        .prop_map(|parameter: String| (parameter.clone(), parameter));
    let secret = (
        secret_name(),
        "[ -%'-~\u{e9}]{0,8}".prop_map(|noise| noise.replace('#', "")),
    )
        .prop_map(|(name, noise)| {
            (
                format!("{name}={noise}hunter2{noise}"),
                format!("{name}=redacted"),
            )
        });
    prop_oneof![harmless, secret]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_address_keeps_all_but_the_values_of_secrets(
        path in "(https://app\\.example)?/[a-z;=%&]{0,12}",
        query in prop::collection::vec(parameter(), 0..6),
        fragment in prop::collection::vec(parameter(), 0..3),
    ) {
        let join = |side: fn(&(String, String)) -> &String| {
            let pairs = |part: &[(String, String)]| part.iter().map(|pair| side(pair).as_str()).collect::<Vec<_>>().join("&");
            format!("{path}?{}#{}", pairs(&query), pairs(&fragment))
        };
        let (sent, told) = (join(|pair| &pair.0), join(|pair| &pair.1));
        prop_assert_eq!(urls::without_secrets(&sent), told.as_str());
        prop_assert!(!told.contains("hunter2"));
    }

    #[test]
    fn an_address_in_an_address_tells_no_secret_either(name in secret_name(), depth in 0..4) {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let mut url = format!("/reset?{name}=hunter2&a=1");
        for _ in 0..depth {
            url = format!("/login?next={}", encode(&url));
        }
        prop_assert!(!urls::without_secrets(&url).contains("hunter2"), "{url}");
    }

    #[test]
    fn any_address_is_bounded_and_its_secrets_are_gone(
        url in prop_oneof![any::<String>(), "[?&;#=%+a-f0-9]{0,40}", "(token|=|%3D|%253d|\\?|%3f|&|#|\u{e9}){0,600}"],
    ) {
        let safe = urls::safe(&url);
        prop_assert!(safe.chars().count() <= urls::MAX_CHARACTERS);
        prop_assert_eq!(urls::without_secrets(&safe), safe.as_str());
    }

    #[test]
    fn what_an_event_says_of_its_address_is_bounded(
        path in "/[!-~\u{e9}]{0,30}",
        query in "(\\?[!-~]{0,30})?",
        repeated in 1..500usize,
    ) {
        let path = path.repeat(repeated);
        let info = RequestInfo { path_and_query: format!("{path}{}", query.repeat(repeated)), path, ..request_info() };
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(Arc::new(info));
        let context = context::of_request(&WEB.settings, &a_visitor(), &request);
        let mut event = Event::new("", "");
        context.apply_to_event(&mut event);
        for name in ["$current_url", "$pathname", "$request_path"] {
            prop_assert!(event.properties()[name].as_str().unwrap().chars().count() <= 2000, "{name}");
        }
    }

    #[test]
    fn any_first_touch_fits_a_cookie_and_comes_back(
        path in "/[!-~\u{e9}]{0,20}",
        repeated in 0..200usize,
        referrer in prop_oneof!["https://[a-z]{1,9}\\.example/[!-~]{0,20}", any::<String>()],
    ) {
        let settings = &WEB.settings;
        let mut headers = HeaderMap::new();
        if let Ok(referrer) = HeaderValue::from_str(&referrer.repeat(1 + repeated)) {
            headers.insert(REFERER, referrer);
        }
        let id = Uuid::now_v7();
        let cookie = first_touch::cookie(settings, &path.repeat(1 + repeated), &headers, id);
        prop_assert!(cookie.len() < 1400, "{}", cookie.len());
        let touch = FirstTouch::from_cookie(settings, &cookie, id);
        let told = touch.unwrap().properties();
        prop_assert!(told["$initial_current_url"].as_str().unwrap().starts_with("http://127.0.0.1:8000/"));
        prop_assert_eq!(FirstTouch::from_cookie(settings, &cookie, Uuid::now_v7()), None);
    }

    #[test]
    fn any_memory_of_posthog_js_tells_a_web_page_or_nothing(
        stored in prop_oneof![
            any::<String>(),
            r#"\{"\$initial_person_info":\{"u":("(https?://)?[a-z:/?#=&%\\u0-9]{0,30}"|7|null),"r":("[$a-z:/.]{0,20}"|\[\])\}\}"#,
        ],
        cookie in any::<String>(),
    ) {
        let id = Uuid::now_v7();
        prop_assert_eq!(FirstTouch::from_cookie(&WEB.settings, &cookie, id), None);
        if let Some(touch) = FirstTouch::from_posthog_js(&stored, id) {
            let told = touch.properties();
            prop_assert!(told.values().all(|value| value.as_str().unwrap().len() <= 4000));
            prop_assert!(told["$initial_current_url"].as_str().unwrap().starts_with("http"));
        }
    }
}
