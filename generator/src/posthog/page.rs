//! The web page and what keeps it up to date. Its files stand in `page/`: one HTML, one CSS, one script.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde_json::json;

use super::standin::Standin;

/// However much arrives, the page hears of it this often.
const PULSE: Duration = Duration::from_millis(150);

/// Events hold text from anybody. The page inserts it as text only; should that ever slip, nothing may run.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub async fn html() -> Response {
    file("text/html; charset=utf-8", include_str!("page/index.html"))
}

pub async fn css() -> Response {
    file("text/css; charset=utf-8", include_str!("page/page.css"))
}

pub async fn script() -> Response {
    file(
        "text/javascript; charset=utf-8",
        include_str!("page/page.js"),
    )
}

pub async fn hedgehog() -> Response {
    // Without the policy, which would forbid the drawing its own styles.
    (
        [(header::CONTENT_TYPE, "image/svg+xml")],
        include_str!("page/hedgehog.svg"),
    )
        .into_response()
}

fn file(kind: &'static str, content: &'static str) -> Response {
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, content).into_response()
}

/// Server-sent events: how much is there now. The page then asks for what it shows.
pub async fn live(
    State(standin): State<Arc<Standin>>,
) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let changes = standin.changes();
    let stream = unfold(
        (standin, changes, true),
        |(standin, mut changes, first)| async move {
            if !first {
                changes.changed().await.ok()?;
                tokio::time::sleep(PULSE).await;
            }
            changes.mark_unchanged();
            let counts = json!(standin.read().counts).to_string();
            Some((
                Ok(sse::Event::default().event("change").data(counts)),
                (standin, changes, false),
            ))
        },
    );
    Sse::new(stream).keep_alive(KeepAlive::default())
}
