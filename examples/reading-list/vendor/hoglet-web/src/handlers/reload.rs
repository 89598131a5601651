//! `/dev/reload`, in development: tells open pages whether they are up to date.

use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use tokio::time::timeout;

use crate::reload;
use crate::web::Web;

/// Short, because the app does not notice that a browser has left, and proxies give up long requests.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The query of an open page.
#[derive(Deserialize)]
pub struct Seen {
    seen: Option<String>,
}

/// The state of the app's files and its newest build.
///
/// A page that names the version it has seen gets the answer when there is another version.
pub async fn show(State(web): State<Web>, Query(page): Query<Seen>) -> Json<reload::State> {
    if let Some(seen) = page.seen {
        tokio::select! {
            // An error means that nothing has changed.
            _ = timeout(LONGEST_WAIT, reload::changes(&seen)) => {}
            // Otherwise the app would wait for this request before it ends.
            () = web.stopping.cancelled() => {}
        }
    }
    Json(reload::state())
}
