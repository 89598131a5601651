//! The server: connections, slow clients, and the orderly shutdown.
//!
//! Known limitation: there is no bound on the number of connections, or on the time in which a client reads
//! its answer. A reverse proxy, or the limit on open files, must set one.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinError;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::jobs::Workers;
use crate::web::Web;

/// The longest time for a client to send its headers, and to begin its next request. `axum::serve` has no
/// such bound.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest size of a request's first line and headers together.
const MAX_HEADER_BYTES: usize = 64 * 1024;
/// Long enough for some file descriptors to become free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` resolves.
///
/// Then it finishes requests and jobs and delivers every captured event, within SHUTDOWN_TIMEOUT_SECONDS.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    web: Web,
    workers: Workers,
    stop: impl Future,
) {
    let graceful = GracefulShutdown::new();
    let handlers = TaskTracker::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => connect(stream, address, &router, &handlers, &graceful),
                Err(error) => {
                    // Most likely there are no file descriptors left: wait for some to become free.
                    tracing::error!(%error, "could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            _ = &mut stop => break,
        }
    }
    drop(listener);
    web.stopping.cancel();
    // Requests get most of the time. The delivery of their events needs the rest.
    handlers.close();
    let requests = async {
        graceful.shutdown().await;
        handlers.wait().await;
    };
    finish(&web, workers, requests).await;
}

/// Works on jobs until `stop` resolves, without serving.
pub async fn work(web: Web, workers: Workers, stop: impl Future) {
    let _ = stop.await;
    finish(&web, workers, async {}).await;
}

/// The orderly shutdown, within SHUTDOWN_TIMEOUT_SECONDS.
async fn finish(web: &Web, workers: Workers, requests: impl Future<Output = ()>) {
    let bound = web.settings.shutdown_timeout;
    let now = Instant::now();
    // The last tenth of the time is left for the process to end.
    let deadline = now + bound * 9 / 10;
    tracing::info!(
        seconds = bound.as_secs(),
        "stopping: finishing requests and delivering events"
    );
    let requests = async {
        let most = now + bound * 3 / 4;
        if tokio::time::timeout_at(most, requests).await.is_err() {
            tracing::warn!("some requests were still under way");
        }
    };
    // Jobs that do not end in time are released with a query, which takes some time.
    tokio::join!(requests, workers.stop(now + bound * 7 / 10));
    web.posthog.shut_down(deadline).await;
    web.outbox.shut_down(deadline).await;
    let counts = web.posthog.counts();
    tracing::info!(
        captured = counts.captured,
        delivered = counts.delivered,
        lost = counts.lost,
        // Left out of the line for apps without a `before_send`, which drop nothing.
        dropped = (counts.dropped > 0).then_some(counts.dropped),
        "stopped"
    );
}

/// Logs the losses when a second signal ends the process during its shutdown.
pub fn log_losses(web: &Web, jobs: usize, signal: u8) {
    let counts = web.posthog.counts();
    tracing::error!(
        signal,
        captured = counts.captured,
        delivered = counts.delivered,
        lost = counts.lost + counts.waiting,
        jobs,
        "ended at once, by a second signal: events that PostHog has not taken are lost; jobs that run begin anew when \
         their leases end (JOBS_LEASE_SECONDS)"
    );
}

fn connect(
    stream: TcpStream,
    address: SocketAddr,
    router: &Router,
    handlers: &TaskTracker,
    graceful: &GracefulShutdown,
) {
    // Answers are small: waiting for a full packet only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "could not set TCP_NODELAY");
    }
    let router = router.clone();
    let handlers = handlers.clone();
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(address));
        let mut handler = Box::pin(router.clone().oneshot(request.map(Body::new)));
        let handlers = handlers.clone();
        async move {
            // Most pages for visitors wait for nothing, and need no task.
            let started = poll_fn(|context| Poll::Ready(handler.as_mut().poll(context))).await;
            let Ok(response) = match started {
                Poll::Ready(answer) => answer,
                // The handler continues in a task of its own. Otherwise a client that disconnects would stop
                // the handler halfway, with a row stored and its event not captured.
                Poll::Pending => handlers.spawn(handler).await?,
            };
            Ok::<_, JoinError>(response)
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_header_size(MAX_HEADER_BYTES)
        // A client may close its side of the connection after its request.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection ended early");
        }
    });
}
