//! Ctrl+C and other signals, for commands that run until a signal comes.

use std::io;
use std::time::Duration;

use tokio::time::Instant;

use crate::interrupt::End;

/// `timeout` sends each signal twice, and so does a shell when its terminal closes.
///
/// The two signals count as one request.
const ONE_REQUEST: Duration = Duration::from_millis(100);

pub struct Signals {
    system: System,
    last: Option<Instant>,
}

impl Signals {
    /// From now on, signals arrive here and no longer end the process.
    pub fn listen() -> io::Result<Self> {
        let (system, last) = (System::listen()?, None);
        Ok(Self { system, last })
    }

    pub async fn next(&mut self) -> End {
        loop {
            let end = self.system.next().await;
            let repeats = self.last.is_some_and(|last| last.elapsed() < ONE_REQUEST);
            if !repeats {
                self.last = Some(Instant::now());
                return end;
            }
        }
    }
}

#[cfg(unix)]
struct System(Vec<(tokio::signal::unix::Signal, End)>);

#[cfg(unix)]
impl System {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut kinds = vec![
            (SignalKind::interrupt(), End::Interrupted),
            (SignalKind::terminate(), End::Asked),
        ];
        if !crate::shared::system::ignores_hangup() {
            kinds.push((SignalKind::hangup(), End::Asked));
        }
        let signals = kinds
            .into_iter()
            .map(|(kind, end)| Ok((signal(kind)?, end)));
        signals.collect::<io::Result<_>>().map(Self)
    }

    async fn next(&mut self) -> End {
        use std::task::Poll;
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
struct System;

#[cfg(not(unix))]
impl System {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> End {
        // If no handler can be installed, Ctrl+C ends the process, as the system does by default.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        End::Interrupted
    }
}
