//! What asks a process to end: SIGTERM, Ctrl+C, a terminal that closes, and the end of `hoglet dev`.
//!
//! The first request is met in order: requests and jobs are finished and events are delivered, within the bound. A
//! second one ends the process at once.

use std::io::Read;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

/// `hoglet dev` sets it: the app then ends with its standard input, which ends with `hoglet dev`, however that ends.
const ENDS_WITH_STDIN: &str = "HOGLET_ENDS_WITH_STDIN";

/// `timeout` sends each signal twice, and so does a shell when its terminal closes. That is one request.
const ONE_REQUEST: Duration = Duration::from_millis(100);

/// The two requests to end.
pub struct Requests {
    /// To end in order.
    pub first: oneshot::Receiver<()>,
    /// To end at once: the number of the signal.
    pub second: oneshot::Receiver<u8>,
}

/// From now on these signals do not end the process by themselves.
///
/// # Panics
///
/// Outside of a Tokio runtime.
pub fn listen() -> Requests {
    let mut signals = Signals::listen();
    let stdin = end_of_stdin();
    let (tell_first, first) = oneshot::channel();
    let (tell_second, second) = oneshot::channel();
    tokio::spawn(async move {
        tokio::select! {
            _ = signals.next() => {}
            Ok(()) = stdin => {}
        }
        // Nobody listens where the process ends by itself.
        let _ = tell_first.send(());
        let begun = Instant::now();
        loop {
            let signal = signals.next().await;
            if begun.elapsed() > ONE_REQUEST {
                let _ = tell_second.send(signal);
                return;
            }
        }
    });
    Requests { first, second }
}

/// Resolves to an error where standard input says nothing about the end.
fn end_of_stdin() -> oneshot::Receiver<()> {
    let (tell, ended) = oneshot::channel();
    if std::env::var_os(ENDS_WITH_STDIN).is_some() {
        // A thread of its own: the runtime would wait for it at the end.
        std::thread::spawn(move || {
            let mut stdin = std::io::stdin().lock();
            while stdin.read(&mut [0; 64]).is_ok_and(|read| read > 0) {}
            let _ = tell.send(());
        });
    }
    ended
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    /// None where the process was started by `nohup`.
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

    /// The number of the next one.
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
