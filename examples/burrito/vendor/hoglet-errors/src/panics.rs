//! The panic hook: logs each panic, and passes its cause on.
//!
//! The hook runs where the code panicked, before the stack unwinds. If the panic will be caught,
//! the hook leaves the cause for that code, see [`caught`](crate::caught). Otherwise, in a spawned task or a
//! thread, it calls the [`Listener`] of the app.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{Location, PanicHookInfo};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::thread;

use tokio::runtime::{self, Handle};

use crate::caught::{self, text_of};
use crate::cause::Cause;

/// The listeners of this process, each with the runtime of its app: one, but in tests.
///
/// A global, because a panic hook is one: the process has a single hook, which is called from any thread and
/// is given nothing but the panic. A listener that is gone is removed when the next one comes.
static LISTENERS: Mutex<Vec<(runtime::Id, Weak<dyn Listener>)>> = Mutex::new(Vec::new());

/// Is told of panics that no code of the app catches.
pub trait Listener: Send + Sync {
    /// Called in the panic hook, so it must not block: the panic may have come from anywhere.
    fn panicked(self: Arc<Self>, cause: Cause, ends: Ends);
}

/// The effect of a panic that no code of the app catches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// A task that the app has spawned. The process goes on.
    Task,
    /// A thread of the app's own. The process goes on.
    Thread,
    /// The process.
    Process,
}

/// From now on panics are logged like everything else. Calling it twice does no harm.
pub fn install_hook() {
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
}

/// Tells this listener of uncaught panics in the current runtime. Those of threads outside of any
/// runtime go to the only listener there is.
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
    let message = text_of(panic.payload());
    let place = panic.location().unwrap_or_else(|| Location::caller());
    // Only where RUST_BACKTRACE asks for it.
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured)
        .then(|| tracing::field::display(&backtrace));
    tracing::error!(panic = message, location = %place, backtrace, "panicked");

    if let Some(cause) = caught::leave(Cause::panic(message, place))
        && let Some(listener) = listener_here()
    {
        listener.panicked(cause, ends_here());
    }
}

/// Tokio catches the panics of tasks, and of threads only the main one takes the process with it.
fn ends_here() -> Ends {
    let in_task = tokio::task::try_id().is_some();
    let in_main = thread::current().name() == Some("main");
    if cfg!(panic = "abort") || (in_main && !in_task) {
        Ends::Process
    } else if in_task {
        Ends::Task
    } else {
        Ends::Thread
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
