//! The panic hook: logs each panic, and passes its cause on.
//!
//! The hook runs where the code panicked, before the stack unwinds. If the app will catch the panic, the hook
//! leaves the cause for the code that catches it, see [`caught`](mod@crate::caught). Otherwise, in a spawned task
//! or a thread, it calls the app's [`Listener`].

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{Location, PanicHookInfo};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::thread;

use tokio::runtime::{self, Handle};

use crate::caught::{self, panic_message};
use crate::cause::Cause;

/// The listeners of this process, each with the runtime of its app. Only tests have more than one.
///
/// This is a global because the panic hook is one: a process has a single hook, which runs in any thread and
/// receives nothing but the panic. Dropped listeners are removed when a new one is added.
static LISTENERS: Mutex<Vec<(runtime::Id, Weak<dyn Listener>)>> = Mutex::new(Vec::new());

/// Receives the panics that no code of the app catches.
pub trait Listener: Send + Sync {
    /// Called in the panic hook, which may run in any thread, so it must not block.
    fn panicked(self: Arc<Self>, cause: Cause, scope: PanicScope);
}

/// What a panic ends if no code of the app catches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanicScope {
    /// A task that the app has spawned. The process goes on.
    Task,
    /// A thread of the app's own. The process goes on.
    Thread,
    /// The process.
    Process,
}

/// Installs the hook: from now on panics are logged. Calling it again does nothing.
pub fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // Without a log, as in some tests, only the previous hook can show the panic.
            if !tracing::dispatcher::has_been_set() {
                previous(panic);
            }
            on_panic(panic);
        }));
    });
}

/// Registers a listener for uncaught panics in the current runtime.
///
/// A panic in a thread outside of any runtime goes to the listener only if it is the only one in the process.
///
/// # Panics
///
/// Outside of a runtime.
pub fn listen(listener: Weak<dyn Listener>) {
    let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    listeners.retain(|(_, listener)| listener.strong_count() > 0);
    listeners.push((Handle::current().id(), listener));
}

fn on_panic(panic: &PanicHookInfo<'_>) {
    let message = panic_message(panic.payload());
    let place = panic.location().unwrap_or_else(|| Location::caller());
    // Captured only if RUST_BACKTRACE asks for it.
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured)
        .then(|| tracing::field::display(&backtrace));
    tracing::error!(panic = message, location = %place, backtrace, "panicked");

    if let Some(cause) = caught::store_if_caught(Cause::panic(message, place))
        && let Some(listener) = listener_here()
    {
        listener.panicked(cause, scope_here());
    }
}

/// Tokio catches the panics of tasks.
///
/// Of all threads, only the main one ends the process when it panics.
fn scope_here() -> PanicScope {
    let in_task = tokio::task::try_id().is_some();
    let in_main = thread::current().name() == Some("main");
    if cfg!(panic = "abort") || (in_main && !in_task) {
        PanicScope::Process
    } else if in_task {
        PanicScope::Task
    } else {
        PanicScope::Thread
    }
}

fn listener_here() -> Option<Arc<dyn Listener>> {
    let runtime = Handle::try_current().ok().map(|handle| handle.id());
    let listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut alive: Vec<_> = listeners
        .iter()
        .filter_map(|(runtime, listener)| Some((*runtime, listener.upgrade()?)))
        .collect();
    drop(listeners);
    let here = alive.iter().position(|(of, _)| Some(*of) == runtime);
    match here {
        Some(index) => Some(alive.swap_remove(index).1),
        None if alive.len() == 1 => alive.pop().map(|(_, listener)| listener),
        None => None,
    }
}
