//! Pages that fail, in every possible way.

use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use axum::{Form, Json, Router};
use hoglet_web::error::{AppError, Result};
use hoglet_web::page::Page;
use hoglet_web::posthog::PostHog;
use hoglet_web::web::Web;
use minijinja::context;
use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::member::Member;
use super::plan::WindowBroken;

#[derive(Deserialize)]
pub struct Break {
    #[serde(default)]
    how: String,
}

#[derive(Debug, thiserror::Error)]
#[error("nobody handled this")]
struct Unhandled;

#[derive(Debug, thiserror::Error)]
#[error("the order <script>alert(1)</script> is gone")]
struct OrderError(#[source] std::fmt::Error);

/// `/api/break`
pub async fn breaks(
    State(web): State<Web>,
    _: Member,
    posthog: PostHog,
    Form(Break { how }): Form<Break>,
) -> Result<(StatusCode, Json<Value>)> {
    match how.as_str() {
        "by hand" => {
            posthog.capture_error(&std::fmt::Error);
            posthog.capture(WindowBroken { how });
            Ok((StatusCode::BAD_REQUEST, Json(json!({ "success": false }))))
        }
        "error" => Err(Unhandled.into()),
        "panic" => panic!("a panic on purpose"),
        "database" => {
            web.database.execute_unprepared("SELECT nonsense").await?;
            Err(AppError::not_found())
        }
        _ => Err(AppError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "how is by hand, error, panic or database",
        )),
    }
}

/// Pages that the club has only in tests of errors.
pub fn pages() -> Router<Web> {
    Router::new()
        .route("/error", get(returns_an_error))
        .route("/panic", get(panics))
        .route("/other-panic", get(panics_elsewhere))
        .route("/database", get(asks_for_nonsense))
        .route("/other-database", get(asks_in_a_helper))
        .route("/by-hand", get(captures_by_hand))
        .route("/by-hand-with", get(captures_with_properties))
        .route("/long-chain", get(returns_a_long_chain))
        .route("/task", get(panics_in_a_task))
        .route("/thread", get(panics_in_a_thread))
        .route("/passed-on", get(passes_a_panic_on))
        .route("/template", get(renders_nonsense))
}

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

async fn asks_for_nonsense(State(web): State<Web>) -> Result<()> {
    web.database.execute_unprepared("SELECT nonsense").await?;
    Ok(())
}

async fn asks_in_a_helper(State(web): State<Web>) -> Result<()> {
    helper(&web).await
}

async fn helper(web: &Web) -> Result<()> {
    web.database.execute_unprepared("SELECT nothing").await?;
    Ok(())
}

async fn captures_by_hand(posthog: PostHog) {
    posthog.capture_error(&std::fmt::Error);
}

async fn captures_with_properties(posthog: PostHog) -> String {
    let properties = json!({
        "table": 7,
        "clock": null,
        "opening": { "name": "Sicilian", "variation": null },
        "moves": ["e4", null, "c5"],
        "$exception_level": "fatal",
        "$exception_source": "django.middleware",
        "$exception_list": [],
        "$debug_images": [],
        "$exception_fingerprint": "flags that fell",
    });
    let id = posthog.capture_error_with(&OrderError(std::fmt::Error), properties);
    id.expect("PostHog is on").to_string()
}

#[derive(Debug, thiserror::Error)]
#[error("move {0} was illegal")]
struct IllegalMove(usize, #[source] Option<Box<IllegalMove>>);

async fn returns_a_long_chain() -> Result<()> {
    let moves = (1..75).rev().fold(None, |before, number| {
        Some(Box::new(IllegalMove(number, before)))
    });
    Err(IllegalMove(0, moves).into())
}

fn stops_the_clock() {
    panic!("the clock has stopped");
}

async fn panics_in_a_thread() -> &'static str {
    // The tests' process has many apps. The runtime shows which app this thread belongs to.
    let runtime = tokio::runtime::Handle::current();
    let thread = std::thread::spawn(move || {
        let _entered = runtime.enter();
        stops_the_clock();
    });
    thread.join().map_or("it panicked", |()| "it did not")
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

/// A view that gets none of its variables.
async fn renders_nonsense(page: Page) -> Result<Html<String>> {
    page.render("bell.html", context! {})
}
