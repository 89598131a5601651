//! [`Boundary`]: the place where an error was caught, and the properties that describe it.
//!
//! PostHog's specification has these values for each (PostHog/sdk-specs, `exception-event-metadata`):
//!
//! | caught | `mechanism.type` | `handled` | `$exception_source` | `$exception_level` |
//! |---|---|---|---|---|
//! | by the app itself, `capture_error` | `generic` | `true` | | `error` |
//! | a handler's `Err`, or another 5xx | `middleware` | `false` | `axum.error_response` | `error` |
//! | a handler that panicked | `panic` | `false` | `axum.catch_panic` | `error` |
//! | a background task that failed or panicked | `task` | `false` | its own, such as `hoglet.job` | `error` |
//! | a panic in a spawned task | `task` | `false` | `rust.panic_hook` | `error` |
//! | a panic in a thread | `panic` | `false` | `rust.panic_hook` | `error` |
//! | a panic that ends the process | `panic` | `false` | `rust.panic_hook` | `fatal` |
//!
//! Do not change these names: people filter by them in PostHog.

use hoglet_errors::panics::PanicScope;
use hoglet_errors::{Cause, CauseKind};

/// The place where an error was caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// In the app's own code, which has handled the error.
    ByHand,
    /// In the layer around handlers: a handler has returned the error.
    ErrorResponse,
    /// In the layer around handlers: a handler has panicked.
    CaughtPanic,
    /// In the code that runs background tasks, such as jobs.
    BackgroundTask {
        /// `$exception_source`, as `<technology>.<hook>`.
        source: &'static str,
    },
    /// In the panic hook: a task that the app has spawned has panicked. The process goes on.
    SpawnedTask,
    /// In the panic hook: a thread of the app's own has panicked. The process goes on.
    Thread,
    /// In the panic hook: the panic ends the process.
    Process,
}

impl Boundary {
    /// The boundary of an error that a request has failed with.
    pub fn of_request(cause: &Cause) -> Self {
        match cause.kind {
            CauseKind::Error => Self::ErrorResponse,
            CauseKind::Panic => Self::CaughtPanic,
        }
    }

    /// The boundary of a panic that no code catches.
    pub fn of_panic(scope: PanicScope) -> Self {
        match scope {
            PanicScope::Task => Self::SpawnedTask,
            PanicScope::Thread => Self::Thread,
            PanicScope::Process => Self::Process,
        }
    }

    pub(crate) fn mechanism(self) -> &'static str {
        match self {
            Self::ByHand => "generic",
            Self::ErrorResponse => "middleware",
            Self::BackgroundTask { .. } | Self::SpawnedTask => "task",
            Self::CaughtPanic | Self::Thread | Self::Process => "panic",
        }
    }

    pub(crate) fn handled(self) -> bool {
        self == Self::ByHand
    }

    pub(crate) fn source(self) -> Option<&'static str> {
        match self {
            Self::ByHand => None,
            Self::ErrorResponse => Some("axum.error_response"),
            Self::CaughtPanic => Some("axum.catch_panic"),
            Self::BackgroundTask { source } => Some(source),
            Self::SpawnedTask | Self::Thread | Self::Process => Some("rust.panic_hook"),
        }
    }

    pub(crate) fn level(self) -> &'static str {
        match self {
            Self::Process => "fatal",
            _ => "error",
        }
    }
}
