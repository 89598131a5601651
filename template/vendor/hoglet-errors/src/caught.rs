//! Work whose panics are an error, with the stack of the place that panicked.
//!
//! Only the panic hook sees that stack, and only whoever catches the panic knows what it has
//! broken. So where somebody catches, the hook leaves the cause on the thread, and it is taken here
//! right afterwards.

use std::any::Any;
use std::cell::RefCell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::cause::Cause;

tokio::task_local! {
    /// Set while the thread does such work.
    static CAUGHT: ();
}

thread_local! {
    /// The panic that this thread is unwinding from.
    static LAST_PANIC: RefCell<Option<Cause>> = const { RefCell::new(None) };
}

/// Does some work whose panics are an error.
///
/// # Errors
///
/// The panic.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Cause> {
    caught_outside(async {
        let mut work = pin!(work);
        poll_fn(|context| {
            // What a panic leaves behind half done is the work itself, which nobody asks again.
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

/// The same for work that does not wait.
///
/// # Errors
///
/// The panic.
pub fn caught_now<T>(work: impl FnOnce() -> T) -> Result<T, Cause> {
    CAUGHT.sync_scope((), || {
        catch_unwind(AssertUnwindSafe(work)).map_err(|payload| cause_of(&*payload))
    })
}

/// Work whose panics somebody else catches, and asks [`cause_of`] about.
pub async fn caught_outside<T>(work: impl Future<Output = T>) -> T {
    CAUGHT.scope((), work).await
}

/// For the panic hook: leaves the cause for whoever catches the panic. Gives it back where nobody does.
pub fn leave(cause: Cause) -> Option<Cause> {
    if CAUGHT.try_with(|()| ()).is_err() {
        return Some(cause);
    }
    LAST_PANIC.with_borrow_mut(|last| *last = Some(cause));
    None
}

/// Why a panic came about that was just caught on this thread.
#[track_caller]
pub fn cause_of(payload: &(dyn Any + Send)) -> Cause {
    let (message, here) = (text_of(payload), Location::caller());
    // A panic that is only passed on (`resume_unwind`) has called no hook.
    LAST_PANIC
        .take()
        .filter(|cause| cause.chain.iter().any(|(_, text)| text == message))
        .unwrap_or_else(|| Cause {
            synthetic: true,
            ..Cause::panic(message, here)
        })
}

/// What a panic says.
pub fn text_of(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic with a value that is no text")
}
