//! Ctrl+C and a request to end, as often as they come.

use super::Error;

#[cfg(unix)]
pub struct Signals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    /// From now on signals are heard here and no longer end the process.
    pub fn listen() -> Result<Self, Error> {
        use tokio::signal::unix::{SignalKind, signal};
        [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ]
        .into_iter()
        .map(|kind| signal(kind).map_err(Error::Runtime))
        .collect::<Result<_, _>>()
        .map(Self)
    }

    pub async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let mut any = self.0.iter_mut().map(|signal| signal.poll_recv(context));
            if any.any(|polled| polled.is_ready()) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}

#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub fn listen() -> Result<Self, Error> {
        Ok(Self)
    }

    pub async fn next(&mut self) {
        // Without a handler there is nothing to wait for; the system's own way of stopping us remains.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
