//! A PostHog that records the requests of an app. A test chooses how it replies.
//!
//! It knows neither persons nor merges, unlike the stand-in that `hoglet posthog` runs. `replies` has
//! the few rules of PostHog that an app must not break.

use axum::Router;
use tokio::net::TcpSocket;

mod flags;
mod recorder;
mod replies;

pub use recorder::{Event, Recorded, Recorder, Reply};
pub use replies::COMPRESSED_SCRIPT;

impl Recorder {
    /// Starts a PostHog that replies correctly.
    pub async fn start() -> Self {
        let (recorder, socket) = Self::down();
        recorder.come_up(socket);
        recorder
    }

    /// Begins to accept connections.
    pub fn come_up(&self, socket: TcpSocket) {
        let listener = socket.listen(1024).unwrap();
        let router = Router::new().fallback(replies::reply);
        let router = router.with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
    }
}
