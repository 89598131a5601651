//! Panics: what is written down, and who answers for them.
//!
//! The hook runs where the code panicked, before the stack unwinds. In a request or a job it leaves the
//! cause for whoever catches the panic (`caught`): for a request that is [`catch`], and it fails as with
//! any other error. Everywhere else (a task or a thread of the app's own) nobody comes afterwards, so the
//! hook itself hands the cause to PostHog, on nobody's behalf.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::thread;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::runtime::{self, Handle};
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::{AppError, Cause};
use crate::posthog::boundary::Boundary;
use crate::posthog::client::{Client, WeakClient};
use crate::posthog::exception::Exception;
use futures_core::future::BoxFuture;
use hoglet_errors::caught::{self, caught_outside, cause_of, text_of};

/// The apps in this process: one, but in tests. Each with the runtime that it was started in.
static CLIENTS: Mutex<Vec<(runtime::Id, WeakClient)>> = Mutex::new(Vec::new());

/// From now on panics are logged like everything else, and those outside of requests are captured.
pub fn install_hook(client: &Client) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // Before the log is set up, and in tests without one.
            if !tracing::dispatcher::has_been_set() {
                previous(panic);
            }
            on_panic(panic);
        }));
    });
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    clients.retain(|(_, client)| client.upgrade().is_some());
    clients.push((Handle::current().id(), client.downgrade()));
}

/// Blocks nothing and waits for nobody: the panic may have come from anywhere.
fn on_panic(panic: &PanicHookInfo<'_>) {
    let message = text_of(panic.payload());
    let location = panic.location().map(tracing::field::display);
    // Only where RUST_BACKTRACE asks for it.
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured)
        .then(|| tracing::field::display(&backtrace));
    tracing::error!(panic = message, location, backtrace, "panicked");

    if let Some(cause) = caught::leave(Cause::panic(message))
        && let Some(client) = client_here().filter(|client| client.capture_exceptions)
    {
        client.capture_exception(Exception::new(Arc::new(cause), boundary_here()));
    }
}

/// Whether a panic ends a task, a thread or the process. Tokio catches those of tasks, and of threads
/// only the main one takes the process with it.
fn boundary_here() -> Boundary {
    let in_task = tokio::task::try_id().is_some();
    let in_main = thread::current().name() == Some("main");
    if cfg!(panic = "abort") || (in_main && !in_task) {
        Boundary::Process
    } else if in_task {
        Boundary::SpawnedTask
    } else {
        Boundary::Thread
    }
}

/// The app of the runtime that the thread works for; for other threads the only one there is.
fn client_here() -> Option<Client> {
    let runtime = Handle::try_current().ok().map(|handle| handle.id());
    let clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut alive: Vec<_> = clients
        .iter()
        .filter_map(|(runtime, client)| Some((*runtime, client.upgrade()?)))
        .collect();
    drop(clients);
    let here = alive.iter().position(|(of, _)| Some(*of) == runtime);
    match here {
        Some(index) => Some(alive.swap_remove(index).1),
        None if alive.len() == 1 => alive.pop().map(|(_, client)| client),
        None => None,
    }
}

/// The layer directly below the outermost [`catch`].
pub fn in_request(request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move { caught_outside(next.run(request)).await })
}

/// The layer that answers for a handler that panicked.
pub fn catch() -> CatchPanicLayer<fn(Box<dyn Any + Send + 'static>) -> Response> {
    CatchPanicLayer::custom(response as fn(_) -> _)
}

fn response(payload: Box<dyn Any + Send + 'static>) -> Response {
    AppError::from_cause(cause_of(&*payload)).into_response()
}
