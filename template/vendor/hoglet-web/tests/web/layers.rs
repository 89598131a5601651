//! Layers: their order, and the requests that an app's own layers see at their places.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hoglet_web::error::AppError;
use hoglet_web::layers::{self, Places, in_order};
use hoglet_web::posthog::PostHog;
use hoglet_web::request::RequestInfo;
use hoglet_web::session::{Session, signed_in};
use hoglet_web::web::Web;
use tower::util::MapResponseLayer;

use crate::club::{self, member};
use crate::support::{Answer, App, Person};

#[test]
fn the_order_is_told_from_the_outside_in_with_the_apps_own_layers_at_their_places() {
    let places = Places::<Web>::default()
        .innermost(|web| from_fn_with_state(web.clone(), note_member))
        .outermost(|_| from_fn(note_all))
        .outermost(|_| MapResponseLayer::new(noted))
        .around_pages(|_| from_fn(guard));
    let lines = in_order(&places);
    let names: Vec<_> = lines.iter().map(|(name, _)| &**name).collect();
    assert_eq!(
        names,
        [
            "describe",
            "(outermost)",
            "  note_all",
            "  MapResponseLayer",
            "log_request",
            "security_headers",
            "error_pages",
            "capture_errors",
            "catch_panics",
            "cross_site",
            "api_only",
            "(around_pages)",
            "  guard",
            "timeout",
            "compression",
            "cross_origin",
            "drop_disguised_cookies",
            "cookies",
            "sessions",
            "identify",
            "just_captured",
            "error_pages",
            "capture_errors",
            "context",
            "catch_panics",
            "readable_session",
            "body_limit",
            "buffer_body",
            "(innermost)",
            "  note_member",
        ]
    );
    for (name, why) in lines {
        assert!(why.ends_with('.') && why.len() < 80, "{name}: {why}");
    }
}

#[tokio::test]
async fn an_outermost_layer_sees_every_request_and_may_change_every_header() {
    let app = with(|| {
        Places::default()
            .outermost(|_| from_fn(note_all))
            .outermost(|_| MapResponseLayer::new(noted))
    });
    let app = app.await;
    let browser = app.browser();
    for path in ["/", "/nowhere", "/livez", "/static/nothing.css", "/relay/x"] {
        let answer = browser.get(path).await;
        // The first layer is outside the second.
        assert_eq!(noted_on(&answer), ["again", "all"], "{path}");
        assert_eq!(answer.header("x-frame-options"), "SAMEORIGIN", "{path}");
    }
    let elsewhere = [("host", "elsewhere.example")];
    let refused = browser.get_with("/", &elsewhere).await;
    assert_eq!(refused.status, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(noted_on(&refused), ["again", "all"]);
}

#[tokio::test]
async fn a_layer_around_pages_answers_before_there_is_a_session_and_its_errors_become_pages() {
    let app = with(|| Places::default().around_pages(|_| from_fn(guard))).await;
    let browser = app.browser();
    let answer = browser.get("/bell?closed").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text().contains("The club is closed."));
    assert_eq!(answer.header("x-frame-options"), "DENY");
    assert_eq!(answer.headers.get("set-cookie"), None);

    let failed = browser.get("/bell?broken").await;
    assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(failed.text().contains("The board fell over."));
    app.event("$exception").await;

    assert_eq!(browser.get("/bell").await.status, StatusCode::OK);
    assert_eq!(browser.get("/livez?closed").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_innermost_layer_knows_the_app_and_the_session_and_the_user() {
    let note =
        || Places::default().innermost(|web: &Web| from_fn_with_state(web.clone(), note_member));
    let app = with(note).await;
    let browser = app.browser();
    let visitor = browser.get("/bell").await;
    assert_eq!(visitor.header("x-member"), "nobody in chess-club");
    browser.sign_up("Ann").await;
    let member = browser.get("/bell").await;
    assert_eq!(member.header("x-member"), "Ann in chess-club");
    assert_eq!(browser.get("/livez").await.headers.get("x-member"), None);
}

#[tokio::test]
async fn a_body_is_bounded_by_what_the_app_allows() {
    let own = Router::new().route("/size", get(async || "").post(size));
    let app = App::with_router(&[], |web| club::router_with(own, web)).await;
    let limit = app.web.parts.body_limit;
    for (bytes, status) in [
        (limit, StatusCode::OK),
        (limit + 1, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let browser = app.browser();
        let sent = browser.request(reqwest::Method::POST, "/size");
        let answer = browser.send(sent.body(vec![b'a'; bytes])).await;
        assert_eq!(answer.status, status, "{bytes}");
    }
}

/// The club with layers of its own.
async fn with(places: impl FnOnce() -> Places<Web>) -> App {
    App::with_router(&[], |web| {
        let pages = club::pages().router().with_state(web.clone());
        layers::around(pages, &web, places().with_state(&web))
    })
    .await
}

fn noted_on(answer: &Answer) -> Vec<&str> {
    let values = answer.headers.get_all("x-noted").iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

async fn note_all(request: Request, next: Next) -> Response {
    RequestInfo::of(request.extensions());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.append("x-noted", "all".parse().unwrap());
    headers.insert("x-frame-options", "SAMEORIGIN".parse().unwrap());
    response
}

fn noted(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.append("x-noted", "again".parse().unwrap());
    response
}

async fn guard(request: Request, next: Next) -> Response {
    assert!(request.extensions().get::<Session>().is_none());
    match request.uri().query() {
        Some("closed") => {
            AppError::new(StatusCode::FORBIDDEN, "The club is closed.").into_response()
        }
        Some("broken") => AppError::from(std::fmt::Error).into_response(),
        _ => next.run(request).await,
    }
}

async fn note_member(
    State(web): State<Web>,
    _: Session,
    _: PostHog,
    request: Request,
    next: Next,
) -> Response {
    let member = signed_in::user::<member::Model>(request.extensions());
    let name = member.map_or("nobody".to_owned(), |member| member.name.clone());
    let mut response = next.run(request).await;
    let value = format!("{name} in {}", web.package.name).parse().unwrap();
    response.headers_mut().insert("x-member", value);
    response
}

async fn size(body: axum::body::Bytes) -> String {
    body.len().to_string()
}
