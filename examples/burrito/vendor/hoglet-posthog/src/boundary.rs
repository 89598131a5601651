//! [`Boundary`]: the place where an error was noticed, and how PostHog is told.
//!
//! PostHog's specification has a row for each (PostHog/sdk-specs, `exception-event-metadata`):
//!
//! | noticed | `mechanism.type` | `handled` | `$exception_source` | `$exception_level` |
//! |---|---|---|---|---|
//! | by the app itself, `capture_error` | `generic` | `true` | | `error` |
//! | a handler's `Err`, or another 5xx | `middleware` | `false` | `axum.error_response` | `error` |
//! | a handler that panicked | `panic` | `false` | `axum.catch_panic` | `error` |
//! | a background task that failed or panicked | `task` | `false` | its own, such as `hoglet.job` | `error` |
//! | a panic in a spawned task | `task` | `false` | `rust.panic_hook` | `error` |
//! | a panic in a thread | `panic` | `false` | `rust.panic_hook` | `error` |
//! | a panic that ends the process | `panic` | `false` | `rust.panic_hook` | `fatal` |
//!
//! These names never change: people filter by them in PostHog.

use hoglet_errors::panics::Ends;
use hoglet_errors::{Cause, CauseKind};

/// The place where an error was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// By the app's own code, which has handled it.
    ByHand,
    /// On the way out: a handler has returned it.
    ErrorResponse,
    /// On the way out: a handler has panicked.
    CaughtPanic,
    /// By the code that runs background tasks, such as jobs.
    BackgroundTask {
        /// `$exception_source`, as `<technology>.<hook>`.
        source: &'static str,
    },
    /// By the panic hook, in a task that the app has spawned. The process goes on.
    SpawnedTask,
    /// By the panic hook, in a thread of the app's own. The process goes on.
    Thread,
    /// By the panic hook, where the panic ends the process.
    Process,
}

impl Boundary {
    /// Of an error that a request has failed with.
    pub fn of_request(cause: &Cause) -> Self {
        match cause.kind {
            CauseKind::Error => Self::ErrorResponse,
            CauseKind::Panic => Self::CaughtPanic,
        }
    }

    /// Of a panic that no code catches.
    pub fn of_panic(ends: Ends) -> Self {
        match ends {
            Ends::Task => Self::SpawnedTask,
            Ends::Thread => Self::Thread,
            Ends::Process => Self::Process,
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
