//! Shutdown requests: SIGTERM, Ctrl+C, a closed terminal, and the end of `hoglet dev`.
//!
//! The first one shuts down gracefully: requests and jobs finish and events are delivered, within the time limit. A
//! second one ends the process immediately.

use std::io::Read;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

/// `hoglet dev` sets this variable: the app ends when its standard input ends.
///
/// So the app ends with `hoglet dev`, even if `hoglet dev` is killed.
const ENDS_WITH_STDIN: &str = "HOGLET_ENDS_WITH_STDIN";

/// Signals within this time count as one request: `timeout` sends each signal twice, and so does a shell when its
/// terminal closes.
const ONE_REQUEST: Duration = Duration::from_millis(100);

/// The requests to shut down.
pub struct ShutdownRequests {
    /// The request to shut down gracefully.
    pub graceful: oneshot::Receiver<()>,
    /// The request to end immediately, with the number of its signal.
    pub immediate: oneshot::Receiver<u8>,
}

/// Listens for shutdown requests. After this call, the signals no longer end the process by themselves.
///
/// # Panics
///
/// Outside of a Tokio runtime.
pub fn listen() -> ShutdownRequests {
    let mut signals = Signals::listen();
    let stdin = end_of_stdin();
    let (send_graceful, graceful) = oneshot::channel();
    let (send_immediate, immediate) = oneshot::channel();
    tokio::spawn(async move {
        tokio::select! {
            _ = signals.next() => {}
            Ok(()) = stdin => {}
        }
        // Sending fails if the process already ends by itself.
        let _ = send_graceful.send(());
        let begun = Instant::now();
        loop {
            let signal = signals.next().await;
            if begun.elapsed() > ONE_REQUEST {
                let _ = send_immediate.send(signal);
                return;
            }
        }
    });
    ShutdownRequests {
        graceful,
        immediate,
    }
}

/// Resolves when standard input ends, or to an error if `hoglet dev` does not run this process.
fn end_of_stdin() -> oneshot::Receiver<()> {
    let (send, ended) = oneshot::channel();
    if std::env::var_os(ENDS_WITH_STDIN).is_some() {
        // In its own thread, because the runtime would wait for a blocking task when it ends.
        std::thread::spawn(move || {
            let mut stdin = std::io::stdin().lock();
            while stdin.read(&mut [0; 64]).is_ok_and(|read| read > 0) {}
            let _ = send.send(());
        });
    }
    ended
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    /// `None` if `nohup` started the process.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).expect("signals can be listened to");
        let ignored = crate::system::ignores_hangup();
        Self {
            terminate: listen(SignalKind::terminate()),
            interrupt: listen(SignalKind::interrupt()),
            hangup: (!ignored).then(|| listen(SignalKind::hangup())),
        }
    }

    /// The number of the next signal.
    async fn next(&mut self) -> u8 {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => 15,
            _ = self.interrupt.recv() => 2,
            _ = hangup => 1,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) -> u8 {
        tokio::signal::ctrl_c()
            .await
            .expect("Ctrl+C can be listened to");
        2
    }
}
