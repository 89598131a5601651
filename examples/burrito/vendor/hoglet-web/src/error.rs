//! `AppError`: what a handler answers when it cannot answer.
//!
//! Clients get a status and a kind sentence; the cause rides in the response's extensions and is
//! logged once, at the boundary (`error_pages`), and captured once
//! (`layers::capture_errors`).

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use crate::database::is_unavailable;
use crate::stack::Stack;

/// Errors of one chain that are kept: as many as PostHog takes in one exception.
/// Source: PostHog/sdk-specs, `exception-event-metadata`.
const MAX_CHAIN: usize = 50;
/// Characters of each error's message that are kept: fifty of the longest fit in one event.
const MAX_MESSAGE_CHARACTERS: usize = 4_000;

/// When to ask again what could not be answered in time.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What a handler returns. `?` turns any error into a 500, and one that says that the database does not
/// answer into a 503.
pub type Result<T, E = AppError> = std::result::Result<T, E>;

/// A status, what to say about it and, where something went wrong inside, why.
#[derive(Clone, Debug)]
pub struct AppError {
    /// Of the answer.
    pub status: StatusCode,
    /// For the client; empty takes the status's own sentence.
    pub message: Cow<'static, str>,
    /// What went wrong inside. Clients never see it, but in development.
    pub cause: Option<Arc<Cause>>,
    retry_after: Option<Duration>,
}

/// Why it went wrong, and where: the stack of the place that turned the error into an [`AppError`].
#[derive(Debug)]
pub struct Cause {
    /// Whether somebody returned it, or the code panicked.
    pub kind: CauseKind,
    /// One entry an error, outermost first: its type and its message.
    pub chain: Vec<(String, String)>,
    /// Where it was turned into a cause: by `?`, in most cases. A panic's is that of the panic.
    pub stack: Stack,
    /// The stack stands in for one that is missing: a value that implements [`Error`] carries none.
    pub synthetic: bool,
    /// The template and the line, for what went wrong in one: no stack shows it.
    pub template: Option<(String, usize)>,
}

/// How it came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseKind {
    /// A value that implements [`Error`].
    Error,
    /// A panic.
    Panic,
}

#[derive(Debug, thiserror::Error)]
#[error("no answer within {0:?} (REQUEST_TIMEOUT_SECONDS)")]
struct TimedOut(Duration);

impl AppError {
    /// An answer that is no failure of the app: nothing is logged as an error or captured.
    ///
    /// ```
    /// use axum::http::StatusCode;
    /// use hoglet_web::error::AppError;
    ///
    /// let sold_out = AppError::new(StatusCode::CONFLICT, "This item is sold out.");
    /// assert!(sold_out.cause.is_none());
    /// ```
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            message: message.into(),
            cause: None,
            retry_after: None,
        }
    }

    /// A 404, with the sentence that the app has for it.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "")
    }

    /// A 503 for who waits behind too many others, with the header `Retry-After`.
    pub fn busy() -> Self {
        let message = "Many people are logging in right now. Try again in a few seconds.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message).retry_after(Duration::from_secs(5))
    }

    /// A page that did not come in time: a 503 with a cause, so that it is logged and captured.
    pub fn timed_out(bound: Duration) -> Self {
        Self::unavailable(Cause::of(&TimedOut(bound)))
    }

    /// A 503 for this cause, with `Retry-After`.
    fn unavailable(cause: Cause) -> Self {
        let error = Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..Self::from_cause(cause)
        };
        error.retry_after(ASK_AGAIN_AFTER)
    }

    /// With the header `Retry-After`, in whole seconds and at least one.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// A 500 for this cause.
    pub fn from_cause(cause: Cause) -> Self {
        Self {
            cause: Some(Arc::new(cause)),
            ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "")
        }
    }
}

impl Cause {
    /// An error with its sources, and the stack of whoever calls this. Of a very long chain it keeps
    /// the outermost errors, and of a chain that leads back to itself each error once.
    pub fn of<E: Error>(error: &E) -> Self {
        let mut chain = vec![(type_name::<E>(), error.to_string())];
        let mut addresses = vec![ptr::from_ref(error).cast::<()>()];
        let mut source = error.source();
        while let Some(error) = source.filter(|_| chain.len() < MAX_CHAIN) {
            let (address, message) = (ptr::from_ref(error).cast::<()>(), error.to_string());
            // An error and its first field have one address, but hardly one message.
            let mut seen = addresses.iter().zip(&chain);
            if seen.any(|(other, (_, said))| *other == address && *said == message) {
                break;
            }
            // The type of a source is not known any more.
            chain.push(("Error".into(), message));
            addresses.push(address);
            source = error.source();
        }
        Self::new(CauseKind::Error, chain)
    }

    /// A panic with this message. Called by the panic hook, the stack is that of the panic.
    pub fn panic(message: impl Into<String>) -> Self {
        Self::new(CauseKind::Panic, vec![("panic".into(), message.into())])
    }

    fn new(kind: CauseKind, mut chain: Vec<(String, String)>) -> Self {
        for (_, message) in &mut chain {
            cut(message);
        }
        Self {
            kind,
            chain,
            stack: Stack::here(),
            synthetic: kind == CauseKind::Error,
            template: None,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, (_, message)) in self.chain.iter().enumerate() {
            if depth > 0 {
                formatter.write_str(": ")?;
            }
            formatter.write_str(message)?;
        }
        Ok(())
    }
}

/// A message may quote all that a library was given. PostHog drops an event of more than a megabyte.
fn cut(message: &mut String) {
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE_CHARACTERS) {
        message.truncate(end);
        message.push('…');
    }
}

/// `core::num::error::ParseIntError` as people know it: `ParseIntError`.
fn type_name<E>() -> String {
    let full = std::any::type_name::<E>();
    let path = full.split('<').next().unwrap_or(full);
    path.rsplit("::").next().unwrap_or(path).to_owned()
}

/// Any error in a handler is a 500, or a 503 where the database does not answer: what a visitor did wrong
/// is answered, not returned as an error.
impl<E: Error + 'static> From<E> for AppError {
    fn from(error: E) -> Self {
        let cause = Cause::of(&error);
        if is_unavailable(&error) {
            Self::unavailable(cause)
        } else {
            Self::from_cause(cause)
        }
    }
}

/// A bare status: the page or the JSON around it is made at the boundary.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(wait) = self.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, wait.as_secs().max(1).into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of several errors, each the source of the one before.
    #[derive(Debug, thiserror::Error)]
    #[error("link {0}")]
    struct Link(usize, #[source] Option<Box<Link>>);

    #[derive(Debug)]
    struct Ouroboros;

    impl fmt::Display for Ouroboros {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("bites its tail")
        }
    }

    impl Error for Ouroboros {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(self)
        }
    }

    fn chain_of(links: usize) -> Link {
        let inner = (1..links).rev();
        let inner = inner.fold(None, |inner, number| Some(Box::new(Link(number, inner))));
        Link(0, inner)
    }

    #[test]
    fn a_long_chain_keeps_its_outermost_errors() {
        for (links, kept) in [(1, 1), (3, 3), (50, 50), (51, 50), (75, 50)] {
            let chain = Cause::of(&chain_of(links)).chain;
            assert_eq!(chain.len(), kept, "of {links}");
            let last = format!("link {}", kept - 1);
            assert_eq!(chain.last().map(|(_, message)| message), Some(&last));
        }
    }

    #[test]
    fn an_error_that_is_its_own_source_ends() {
        let chain = Cause::of(&Ouroboros).chain;
        let once = ("Ouroboros".to_owned(), "bites its tail".to_owned());
        assert_eq!(chain, [once]);
    }
}
