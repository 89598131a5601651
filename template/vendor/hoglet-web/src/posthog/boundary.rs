//! [`Boundary`]: where an error was noticed, and what PostHog is told of that.
//!
//! PostHog's specification has a row for each (PostHog/sdk-specs, `exception-event-metadata`):
//!
//! | noticed | `mechanism.type` | `handled` | `$exception_source` | `$exception_level` |
//! |---|---|---|---|---|
//! | by the app itself, `capture_error` | `generic` | `true` | | `error` |
//! | a handler's `Err`, or another 5xx | `middleware` | `false` | `axum.error_response` | `error` |
//! | a handler that panicked | `panic` | `false` | `axum.catch_panic` | `error` |
//! | a job that failed or panicked | `task` | `false` | `hoglet.job` | `error` |
//! | a panic in a spawned task | `task` | `false` | `rust.panic_hook` | `error` |
//! | a panic in a thread | `panic` | `false` | `rust.panic_hook` | `error` |
//! | a panic that ends the process | `panic` | `false` | `rust.panic_hook` | `fatal` |
//!
//! Names are for ever: people filter by them in PostHog.

use crate::error::{Cause, CauseKind};

/// Where an error was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// By the app's own code, which has dealt with it.
    ByHand,
    /// On the way out: a handler has returned it.
    ErrorResponse,
    /// On the way out: a handler has panicked.
    CaughtPanic,
    /// By the worker that ran the job.
    Job,
    /// By the panic hook, in a task that the app has spawned. The process goes on.
    SpawnedTask,
    /// By the panic hook, in a thread of the app's own. The process goes on.
    Thread,
    /// By the panic hook, where the panic ends the process.
    Process,
}

impl Boundary {
    /// Of what has broken a request.
    pub fn of_request(cause: &Cause) -> Self {
        match cause.kind {
            CauseKind::Error => Self::ErrorResponse,
            CauseKind::Panic => Self::CaughtPanic,
        }
    }

    pub fn mechanism(self) -> &'static str {
        match self {
            Self::ByHand => "generic",
            Self::ErrorResponse => "middleware",
            Self::Job | Self::SpawnedTask => "task",
            Self::CaughtPanic | Self::Thread | Self::Process => "panic",
        }
    }

    pub fn handled(self) -> bool {
        self == Self::ByHand
    }

    pub fn source(self) -> Option<&'static str> {
        match self {
            Self::ByHand => None,
            Self::ErrorResponse => Some("axum.error_response"),
            Self::CaughtPanic => Some("axum.catch_panic"),
            Self::Job => Some("hoglet.job"),
            Self::SpawnedTask | Self::Thread | Self::Process => Some("rust.panic_hook"),
        }
    }

    pub fn level(self) -> &'static str {
        match self {
            Self::Process => "fatal",
            _ => "error",
        }
    }
}
