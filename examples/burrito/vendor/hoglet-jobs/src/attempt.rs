//! Runs one attempt at a job: within its limits, for its actor, and with its errors reported.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use sea_orm::prelude::Uuid;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument;

use hoglet_errors::caught::caught;
use hoglet_errors::mask_secrets;

use crate::actor::StoredActor;
use crate::failure::{Failure, JobResult};
use crate::hooks::{ActorStatus, Attempt, AttemptStart};
use crate::model::Model;
use crate::registry::Runnable;
use crate::run::Run;
use crate::runner::Runner;

/// How an attempt ended.
#[derive(Debug)]
pub enum AttemptOutcome {
    /// The job is done.
    Done,
    /// The attempt has failed.
    Failed {
        /// The error's text.
        error: String,
        /// How long the job waits before its next attempt; none if this was the last one.
        retry_in: Option<Duration>,
        /// Whether the job is kept as failed after its last attempt. It is not if its user was deleted.
        kept: bool,
    },
    /// The job has asked to run later.
    Postponed(Duration),
    /// The job was stopped: this process is ending, or the lease has ended, so another process may run the
    /// job.
    Stopped,
    /// The job was cancelled while it ran.
    Cancelled,
}

#[derive(Debug, thiserror::Error)]
#[error("the job did not end within {0:?}, its TIMEOUT")]
struct TimedOut(Duration);

#[derive(Debug, thiserror::Error)]
#[error("the process ended during the last attempt, before it could store an error")]
struct NeverReturned;

/// Runs a claimed job once.
pub async fn attempt<C: Clone + Send + Sync + 'static>(
    runner: &Runner<C>,
    job: Model,
    lease: watch::Receiver<Instant>,
) -> AttemptOutcome {
    let Some(runnable) = runner.registry.kinds.get(job.kind.as_str()) else {
        unreachable!("only jobs that this process knows are claimed");
    };
    let attempt = Attempt {
        id: job.id,
        number: job.attempt.unsigned_abs(),
        max: runnable.kind.attempts,
        actor: StoredActor::from_stored(job.actor),
        job: job.kind,
    };
    let span = runner.hooks.span(&attempt);
    let began = Instant::now();
    let work = async {
        let AttemptStart { context, actor } = runner.hooks.begin(&attempt).await;
        let (actor_is_gone, failure) = match actor {
            ActorStatus::Exists => (false, None),
            ActorStatus::Deleted => (true, None),
            ActorStatus::Unknown(failure) => (false, Some(failure)),
        };
        let result = match failure {
            Some(failure) => Err(failure),
            None => run(runner, runnable, &attempt, &job.payload, &context, lease).await?,
        };
        if result.is_ok() {
            log_done(&attempt, began);
        }
        let Err(failure) = result else {
            return Some(AttemptOutcome::Done);
        };
        let (cause, retry, unexpected) = match failure {
            Failure::Error {
                cause,
                retry,
                unexpected,
            } => (cause, retry, unexpected),
            Failure::Later(wait) => {
                tracing::debug!(run_in = ?wait, "a job has postponed itself");
                return Some(AttemptOutcome::Postponed(wait));
            }
        };
        let retry_in = (retry && attempt.number < attempt.max)
            .then(|| with_jitter((runnable.kind.backoff)(attempt.number)));
        // A database's error message may quote a row, with its e-mail addresses.
        let error = mask_secrets(&cause.to_string()).into_owned();
        log_failed(&error, retry_in, unexpected, actor_is_gone);
        let is_first_or_last = attempt.number <= 1 || retry_in.is_none();
        if unexpected && is_first_or_last {
            runner.hooks.report(&context, &cause);
        }
        Some(AttemptOutcome::Failed {
            error,
            retry_in,
            kept: !actor_is_gone,
        })
    };
    work.instrument(span)
        .await
        .unwrap_or(AttemptOutcome::Stopped)
}

/// Runs the job. Returns `None` if the lease ends first.
async fn run<C: Clone + Send + Sync + 'static>(
    runner: &Runner<C>,
    runnable: &Runnable<C>,
    attempt: &Attempt,
    payload: &str,
    context: &C,
    lease: watch::Receiver<Instant>,
) -> Option<JobResult> {
    if attempt.number > attempt.max {
        return Some(Err(Failure::for_good(NeverReturned)));
    }
    let timeout = runnable.kind.timeout;
    let run = Run {
        id: attempt.id,
        attempt: attempt.number,
        jobs: runner.jobs.acting_for(attempt.actor.clone()),
        context: context.clone(),
    };
    // In an async block, because the job can also panic before it returns its future.
    let work = caught(async { (runnable.run)(payload, run).await });
    let work = while_held(lease.clone(), tokio::time::timeout(timeout, work));
    tokio::select! {
        ended = work => Some(match ended? {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(Failure::of(Arc::new(panic))),
            Err(_) => Err(Failure::from(TimedOut(timeout))),
        }),
        () = run_out(lease) => None,
    }
}

/// Returns `None` as soon as the lease has ended.
///
/// It checks that before each poll, because the process may have been suspended.
async fn while_held<T>(
    lease: watch::Receiver<Instant>,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|context| {
        if *lease.borrow() <= Instant::now() {
            return Poll::Ready(None);
        }
        work.as_mut().poll(context).map(Some)
    })
    .await
}

/// Logs that a job is done: at info level if it has an actor, like a request, else at debug level.
fn log_done(attempt: &Attempt, began: Instant) {
    let milliseconds = began.elapsed().as_millis() as u64;
    if attempt.actor.is_nobody() {
        tracing::debug!(milliseconds, "job done");
    } else {
        tracing::info!(milliseconds, "job done");
    }
}

fn log_failed(error: &str, retry_in: Option<Duration>, unexpected: bool, actor_is_gone: bool) {
    match retry_in {
        Some(wait) => tracing::warn!(error, retry_in = ?wait, "a job failed; it is tried again"),
        None if actor_is_gone => tracing::warn!(
            error,
            "a job failed; it is not kept, because the user whom it belongs to is deleted"
        ),
        None if unexpected => tracing::error!(
            error,
            "a job failed; it is kept until it is retried or discarded"
        ),
        None => tracing::warn!(
            error,
            "a job failed; it is kept until it is retried or discarded"
        ),
    }
}

/// Waits until the lease has ended. If the lease is extended, it waits longer.
async fn run_out(mut lease: watch::Receiver<Instant>) {
    loop {
        let until = *lease.borrow_and_update();
        tokio::select! {
            () = tokio::time::sleep_until(until) => return,
            extended = lease.changed() => if extended.is_err() {
                // The lease will not be extended any more.
                return tokio::time::sleep_until(until).await;
            },
        }
    }
}

/// Makes a wait up to a fifth longer or shorter, at random.
fn with_jitter(wait: Duration) -> Duration {
    let random = Uuid::new_v4().as_u128() % 1_000;
    let seconds = wait.as_secs_f64() * (0.8 + 0.4 * (random as f64 / 1_000.0));
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_differs_by_a_fifth_however_long_it_is() {
        let minute = Duration::from_secs(60);
        let range = Duration::from_secs(48)..=Duration::from_secs(72);
        assert!((0..1_000).all(|_| range.contains(&with_jitter(minute))));
        // A job's backoff may double without a bound.
        assert!((0..1_000).all(|_| with_jitter(Duration::MAX) > minute));
    }
}
