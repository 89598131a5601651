//! The web page, and the server-sent events that keep it up to date.
//!
//! Its files are in `page/`; `page/views/` has one script for each view.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use futures_util::stream::unfold;

use crate::api::overview;
use crate::standin::Standin;

/// The page gets at most one message in this time, even if many events arrive.
const PULSE: Duration = Duration::from_millis(150);

/// Events contain text from strangers.
///
/// The page inserts it as text only. If that fails, this policy still blocks scripts.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The files of the page, by their names below `/hoglet/page/`.
const FILES: &[(&str, &str)] = &[
    ("address.js", include_str!("page/address.js")),
    ("dialog.js", include_str!("page/dialog.js")),
    ("element.js", include_str!("page/element.js")),
    ("event.js", include_str!("page/event.js")),
    ("exception.js", include_str!("page/exception.js")),
    ("feed.js", include_str!("page/feed.js")),
    ("filters.js", include_str!("page/filters.js")),
    ("flag.js", include_str!("page/flag.js")),
    ("hedgehog.svg", include_str!("page/hedgehog.svg")),
    ("list.js", include_str!("page/list.js")),
    ("live.js", include_str!("page/live.js")),
    ("page.css", include_str!("page/page.css")),
    ("page.js", include_str!("page/page.js")),
    ("person.js", include_str!("page/person.js")),
    ("properties.js", include_str!("page/properties.js")),
    ("sentence.js", include_str!("page/sentence.js")),
    ("server.js", include_str!("page/server.js")),
    ("stream.js", include_str!("page/stream.js")),
    ("timeline.js", include_str!("page/timeline.js")),
    ("views.css", include_str!("page/views.css")),
    ("views/events.js", include_str!("page/views/events.js")),
    (
        "views/exceptions.js",
        include_str!("page/views/exceptions.js"),
    ),
    ("views/flags.js", include_str!("page/views/flags.js")),
    ("views/funnel.js", include_str!("page/views/funnel.js")),
    ("views/groups.js", include_str!("page/views/groups.js")),
    ("views/people.js", include_str!("page/views/people.js")),
    ("views/warnings.js", include_str!("page/views/warnings.js")),
];

pub async fn html() -> Response {
    answer("text/html; charset=utf-8", include_str!("page/index.html"))
}

pub async fn file(Path(name): Path<String>) -> Response {
    let Some((_, content)) = FILES.iter().find(|(known, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match name.rsplit('.').next() {
        Some("css") => answer("text/css; charset=utf-8", content),
        Some("js") => answer("text/javascript; charset=utf-8", content),
        // Drawings are served without the policy, which would forbid the styles inside them.
        _ => ([(header::CONTENT_TYPE, "image/svg+xml")], *content).into_response(),
    }
}

fn answer(kind: &'static str, content: &'static str) -> Response {
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, content).into_response()
}

/// Server-sent events with the status. The page then asks for the data that it shows.
pub async fn live(
    State(standin): State<Arc<Standin>>,
) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let changes = standin.changes();
    let held = standin.stream();
    let stream = unfold(
        (standin, changes, held, true),
        |(standin, mut changes, held, first)| async move {
            if !first {
                changes.changed().await.ok()?;
                tokio::time::sleep(PULSE).await;
            }
            changes.mark_unchanged();
            let overview = overview(&standin).to_string();
            Some((
                Ok(sse::Event::default().event("change").data(overview)),
                (standin, changes, held, false),
            ))
        },
    );
    Sse::new(stream).keep_alive(KeepAlive::default())
}
