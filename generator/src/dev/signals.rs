//! Ctrl+C and a request to end, as often as they come.

use super::Error;
use crate::interrupt::End;

#[cfg(unix)]
use std::task::Poll;

#[cfg(unix)]
pub struct Signals(Vec<(tokio::signal::unix::Signal, End)>);

#[cfg(unix)]
impl Signals {
    /// From now on signals are heard here and no longer end the process.
    pub fn listen() -> Result<Self, Error> {
        use tokio::signal::unix::{SignalKind, signal};
        [
            (SignalKind::interrupt(), End::Interrupted),
            (SignalKind::terminate(), End::Asked),
            (SignalKind::hangup(), End::Asked),
        ]
        .into_iter()
        .map(|(kind, end)| Ok((signal(kind).map_err(Error::Runtime)?, end)))
        .collect::<Result<_, _>>()
        .map(Self)
    }

    pub async fn next(&mut self) -> End {
        std::future::poll_fn(|context| {
            let mut signals = self.0.iter_mut();
            let came = signals.find_map(|(signal, end)| {
                let polled = signal.poll_recv(context);
                polled.is_ready().then_some(*end)
            });
            came.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub fn listen() -> Result<Self, Error> {
        Ok(Self)
    }

    pub async fn next(&mut self) -> End {
        // Without a handler there is nothing to wait for; the system's own way of stopping us remains.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        End::Interrupted
    }
}
