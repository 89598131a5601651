//! Runs work and returns its panic as an error, with the stack of the panic.
//!
//! Only the panic hook sees that stack, and only the code that catches the panic knows what failed. So if a
//! panic will be caught, the hook stores its cause in a thread-local, and [`cause_of`] takes it from there
//! right afterwards. A hook receives nothing but the panic and returns nothing, so this needs two variables
//! outside of it: a task-local and a thread-local.

use std::any::Any;
use std::cell::RefCell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::cause::Cause;

tokio::task_local! {
    /// Set while the task does work whose panics are caught.
    static CAUGHT: ();
}

thread_local! {
    /// The panic that this thread is unwinding from.
    static LAST_PANIC: RefCell<Option<Cause>> = const { RefCell::new(None) };
}

/// Runs work and returns its panic as an error.
///
/// # Errors
///
/// The panic.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Cause> {
    caught_by_caller(async {
        let mut work = pin!(work);
        poll_fn(|context| {
            // Unwind safe: after a panic the work is not polled again.
            let polled = AssertUnwindSafe(|| work.as_mut().poll(context));
            match catch_unwind(polled) {
                Ok(polled) => polled.map(Ok),
                Err(payload) => Poll::Ready(Err(cause_of(&*payload))),
            }
        })
        .await
    })
    .await
}

/// Like [`caught`], for work that is not async.
///
/// # Errors
///
/// The panic.
pub fn caught_now<T>(work: impl FnOnce() -> T) -> Result<T, Cause> {
    CAUGHT.sync_scope((), || {
        catch_unwind(AssertUnwindSafe(work)).map_err(|payload| cause_of(&*payload))
    })
}

/// Marks work whose panics the caller catches. The caller then calls [`cause_of`].
pub async fn caught_by_caller<T>(work: impl Future<Output = T>) -> T {
    CAUGHT.scope((), work).await
}

/// Stores a panic's cause for the code that catches it, or returns it if none will.
///
/// The panic hook calls this.
pub fn store_if_caught(cause: Cause) -> Option<Cause> {
    if CAUGHT.try_with(|()| ()).is_err() {
        return Some(cause);
    }
    LAST_PANIC.with_borrow_mut(|last| *last = Some(cause));
    None
}

/// The cause of the panic that was just caught on this thread.
#[track_caller]
pub fn cause_of(payload: &(dyn Any + Send)) -> Cause {
    let (message, here) = (panic_message(payload), Location::caller());
    // `resume_unwind` passes a panic on without calling the hook, so the stored cause may belong to another
    // panic, or there may be none.
    LAST_PANIC
        .take()
        .filter(|cause| cause.chain.iter().any(|(_, text)| text == message))
        .unwrap_or_else(|| Cause {
            synthetic: true,
            ..Cause::panic(message, here)
        })
}

/// The message of a panic.
pub fn panic_message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic with a value that is not text")
}
