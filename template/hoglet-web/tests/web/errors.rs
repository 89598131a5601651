//! What goes wrong in pages of a developer's own: what PostHog is told, and what the page shows.

use hoglet_web::app::AppState;
use hoglet_web::error::Result;
use hoglet_web::housekeeping;
use hoglet_web::posthog::PostHog;
use hoglet_web::view::Page;
use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use minijinja::context;
use reqwest::StatusCode;
use sea_orm::ConnectionTrait;

use crate::support::{Answer, App, Event, wait_until};

const DEVELOPMENT: &[(&str, &str)] = &[("APP_ENV", "development")];
const PAGE: &[(&str, &str)] = &[("accept", "text/html")];

#[derive(Debug, thiserror::Error)]
#[error("the order <script>alert(1)</script> is gone")]
struct OrderError(#[source] std::fmt::Error);

async fn returns_an_error() -> Result<()> {
    Err(OrderError(std::fmt::Error).into())
}

async fn panics() {
    panic!("<b>something</b> has come undone");
}

async fn panics_elsewhere() {
    let digits = "letters".parse::<u8>();
    digits.expect("these are digits");
}

async fn asks_for_nonsense(State(state): State<AppState>) -> Result<()> {
    state.database.execute_unprepared("SELECT nonsense").await?;
    Ok(())
}

async fn asks_in_a_helper(State(state): State<AppState>) -> Result<()> {
    helper(&state).await
}

async fn helper(state: &AppState) -> Result<()> {
    state.database.execute_unprepared("SELECT nothing").await?;
    Ok(())
}

async fn captures_by_hand(posthog: PostHog) {
    posthog.capture_error(&std::fmt::Error);
}

async fn comes_undone(message: &str) {
    panic!("{message}");
}

async fn panics_in_a_task() -> &'static str {
    let task = tokio::spawn(comes_undone("in a task"));
    task.await.map_or("it panicked", |()| "it did not")
}

async fn passes_a_panic_on() {
    if let Err(error) = tokio::spawn(comes_undone("passed on")).await {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// A view that is given nothing of what it shows.
async fn renders_nonsense(page: Page) -> Result<Html<String>> {
    page.render("bell.html", context! {})
}

async fn app(variables: &[(&str, &str)]) -> App {
    let pages = Router::new()
        .route("/error", get(returns_an_error))
        .route("/panic", get(panics))
        .route("/other-panic", get(panics_elsewhere))
        .route("/database", get(asks_for_nonsense))
        .route("/other-database", get(asks_in_a_helper))
        .route("/by-hand", get(captures_by_hand))
        .route("/task", get(panics_in_a_task))
        .route("/passed-on", get(passes_a_panic_on))
        .route("/template", get(renders_nonsense));
    App::with_pages(variables, pages).await
}

/// The file and the line of the frame that stands last: where it arose, in the app's own code.
fn innermost(exception: &Event) -> (String, u64) {
    let frames = exception["$exception_list"][0]["stacktrace"]["frames"].as_array();
    let frames = frames.expect("there is a stack");
    let innermost = frames.last().expect("there is a frame");
    assert_eq!(innermost["in_app"], true, "{frames:#?}");
    let file = innermost["filename"].as_str().unwrap();
    (file.to_owned(), innermost["lineno"].as_u64().unwrap())
}

/// The page as people read it.
fn shown(answer: &Answer) -> String {
    answer.text().replace("&#x2f;", "/")
}

#[tokio::test]
async fn each_error_is_known_by_the_place_where_it_arose() {
    let app = app(&[]).await;
    let browser = app.browser();
    let this_file = include_str!("errors.rs").lines().collect::<Vec<_>>();
    for (path, line) in [
        ("/error", "Err(OrderError(std::fmt::Error).into())"),
        ("/panic", "panic!(\"<b>something</b> has come undone\");"),
        ("/other-panic", "digits.expect(\"these are digits\");"),
        ("/database", "SELECT nonsense"),
        ("/other-database", "SELECT nothing"),
        ("/by-hand", "posthog.capture_error(&std::fmt::Error);"),
    ] {
        browser.get(path).await;
        let exceptions = app.events_named("$exception").await;
        let (file, number) = innermost(exceptions.last().unwrap());
        assert_eq!(file, "tests/web/errors.rs", "{path}");
        let arose = this_file[number as usize - 1];
        assert!(arose.contains(line), "{path} arose at {number}: {arose}");
    }
}

#[tokio::test]
async fn an_exception_carries_the_request_id_that_the_person_is_shown() {
    let app = app(&[]).await;
    for path in ["/error", "/panic", "/by-hand"] {
        let answer = app.browser().get(path).await;
        let exceptions = app.events_named("$exception").await;
        let id = answer.header("x-request-id");
        assert_eq!(exceptions.last().unwrap()["request_id"], id, "{path}");
        assert!(path == "/by-hand" || answer.text().contains(id), "{path}");
    }
}

#[tokio::test]
async fn a_panic_in_a_task_is_captured_once_and_on_nobodys_behalf() {
    let app = app(&[]).await;
    let ann = app.sign_up("Ann").await;
    assert_eq!(ann.get("/task").await.text(), "it panicked");

    let captured = app.event("$exception").await;
    assert_eq!(captured["$exception_list"][0]["value"], "in a task");
    assert_eq!(
        captured["$exception_list"][0]["mechanism"]["handled"],
        false
    );
    assert_eq!(captured["$exception_level"], "fatal");
    assert_eq!(captured["$process_person_profile"], false);
    assert_ne!(captured.distinct_id, app.user_id("Ann").await);
    assert_eq!(innermost(&captured).0, "tests/web/errors.rs");
}

#[tokio::test]
async fn a_panic_that_is_passed_on_fails_the_request_under_its_own_name() {
    let app = app(&[]).await;
    let browser = app.browser();
    browser.get("/panic").await;
    let answer = browser.get("/passed-on").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);

    let exceptions = app.events_named("$exception").await;
    let of_this = exceptions.iter().find(|event| {
        event.properties.get("request_id") == Some(&answer.header("x-request-id").into())
    });
    let of_this = of_this.expect("the request's own exception");
    assert_eq!(of_this["$exception_list"][0]["value"], "passed on");
}

#[tokio::test]
async fn panics_outside_of_requests_are_left_alone_where_capture_is_off() {
    let app = app(&[("POSTHOG_CAPTURE_EXCEPTIONS", "false")]).await;
    app.browser().get("/task").await;
    assert!(app.events_named("$exception").await.is_empty());
}

#[tokio::test]
async fn housekeeping_that_fails_is_captured_on_nobodys_behalf() {
    let app = App::start().await;
    let broken = "DROP TABLE attempts";
    app.web.database.execute_unprepared(broken).await.unwrap();
    let housekeeping = tokio::spawn(housekeeping::run(app.web.clone()));

    wait_until("it is captured", || app.web.posthog.counts().captured > 0).await;
    housekeeping.abort();
    let captured = app.event("$exception").await;
    assert_eq!(captured["$exception_list"][0]["mechanism"]["handled"], true);
    assert_eq!(captured["$exception_level"], "error");
    assert_eq!(captured["$process_person_profile"], false);
    assert_eq!(innermost(&captured).0, "src/housekeeping.rs");
}

#[tokio::test]
async fn in_development_the_page_shows_the_error_its_causes_and_its_place() {
    let app = app(DEVELOPMENT).await;
    let answer = app.browser().get_with("/error", PAGE).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);

    let page = shown(&answer);
    assert!(page.contains("OrderError"));
    // The cause, and lines of this file.
    assert!(page.contains(&std::fmt::Error.to_string()));
    assert!(page.contains("Err(OrderError(std::fmt::Error).into())"));
    assert!(page.contains("tests/web/errors.rs:"));
    assert!(page.contains(answer.header("x-request-id")));
    assert!(page.contains("/static/reload.js"), "it goes when mended");
    assert!(
        !page.contains("<script>alert"),
        "what an error says is text"
    );
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[tokio::test]
async fn in_development_the_page_shows_a_panic_and_where_it_happened() {
    let app = app(DEVELOPMENT).await;
    let page = shown(&app.browser().get_with("/panic", PAGE).await);
    assert!(page.contains("has come undone"));
    assert!(!page.contains("<b>something"));
    assert!(page.contains(r#"class="line here""#));
    assert!(page.contains("tests/web/errors.rs:"));
}

#[tokio::test]
async fn in_development_the_page_shows_the_line_of_a_template() {
    let app = app(DEVELOPMENT).await;
    let page = shown(&app.browser().get_with("/template", PAGE).await);
    assert!(page.contains("templates/bell.html:8"), "{page}");
    assert!(
        page.contains("&lt;output id=&quot;count&quot;&gt;"),
        "{page}"
    );
}

#[tokio::test]
async fn elsewhere_nothing_of_it_is_shown() {
    let key = new_secret_key();
    for environment in ["test", "production"] {
        let app = app(&[("APP_ENV", environment), ("SECRET_KEY", &key)]).await;
        for path in ["/error", "/panic", "/template", "/database"] {
            let answer = app.browser().get_with(path, PAGE).await;
            assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
            let page = answer.text();
            assert!(page.contains(answer.header("x-request-id")));
            for inside in ["OrderError", "undone", ".rs", "nonsense", "bell.html"] {
                assert!(!page.contains(inside), "{inside} in {environment}: {page}");
            }
        }
    }
}

#[tokio::test]
async fn programs_get_the_same_json_in_development() {
    let app = app(DEVELOPMENT).await;
    let headers = [("accept", "application/json")];
    let json = app.browser().get_with("/error", &headers).await.json();
    assert_eq!(json.as_object().unwrap().len(), 3, "{json}");
    assert!(!json.to_string().contains("order"));
}
