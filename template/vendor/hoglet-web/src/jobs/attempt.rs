//! One attempt at a job: within its bounds, on behalf of its person, with its errors captured.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use sea_orm::prelude::Uuid;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument;
use tracing::field::Empty;

use super::behalf::acting;
use super::failure::Failure;
use super::model::Model;
use super::run::Run;
use super::table::{Bounds, Registry, Runnable};
use crate::actor::Actor;
use crate::posthog::{Boundary, Exception, PostHog};
use crate::web::Web;
use hoglet_errors::caught::caught;
use hoglet_errors::mask_secrets;

/// Where PostHog says that a job's error was noticed.
const BOUNDARY: Boundary = Boundary::BackgroundTask {
    source: "hoglet.job",
};

/// How an attempt ended.
#[derive(Debug)]
pub enum Ended {
    /// The job is done.
    Done,
    /// It is not.
    Failed {
        /// Why.
        error: String,
        /// When to try again; never, where that was the last time.
        retry_in: Option<Duration>,
        /// Whether it is kept for a person where it is not tried again: it is not where the user whom it
        /// belongs to is deleted.
        kept: bool,
    },
    /// It has asked to be run later.
    PutOff(Duration),
    /// It was stopped: the lease has run out, so that another process may be working on it by now, or this
    /// process ends.
    Stopped,
    /// It was stopped because somebody has cancelled it.
    Cancelled,
}

#[derive(Debug, thiserror::Error)]
#[error("no end within {0:?} (TIMEOUT of this job)")]
struct TimedOut(Duration);

#[derive(Debug, thiserror::Error)]
#[error("the process ended during its last attempt, before it could say why")]
struct NeverReturned;

/// Runs a claimed job once.
pub async fn attempt(
    web: &Web,
    registry: &Registry,
    job: Model,
    lease: watch::Receiver<Instant>,
) -> Ended {
    let Some(kind) = registry.kinds.get(job.kind.as_str()) else {
        unreachable!("only jobs that this process knows are claimed");
    };
    let behalf = behalf_of(&job);
    let span = tracing::error_span!(
        "job",
        job = job.kind,
        job_id = %job.id,
        attempt = job.attempt,
        request_id = behalf.request_id,
        user_id = Empty,
        visitor_id = Empty,
    );
    let began = Instant::now();
    let work = async {
        let user = match behalf.user_id() {
            Some(id) => web.parts.users.find(&web.database, vec![id]).await,
            None => Ok(Vec::new()),
        };
        let (user, unreadable) = match user {
            Ok(mut users) => (users.pop(), None),
            Err(error) => (None, Some(Failure::from(error))),
        };
        let properties = [
            ("job", job.kind.as_str().into()),
            ("job_id", job.id.to_string().into()),
            ("job_attempt", job.attempt.into()),
            ("attempt", job.attempt.into()),
            ("attempts", kind.bounds.attempts.into()),
        ];
        let user_is_gone = behalf.user_id().is_some() && user.is_none() && unreadable.is_none();
        let posthog = behalf.resume(&web.posthog, user, properties);
        if !posthog.opted_out() {
            posthog
                .identity()
                .distinct_id
                .record(&tracing::Span::current());
        }
        let outcome = match unreadable {
            Some(failure) => Err(failure),
            None => run(kind, &job, &posthog, lease).await?,
        };
        if outcome.is_ok() {
            say_done(&behalf, began);
        }
        Some(
            outcome
                .map_err(|failure| failed(web, kind.bounds, &job, &posthog, failure, user_is_gone)),
        )
    };
    match work.instrument(span).await {
        None => Ended::Stopped,
        Some(Ok(())) => Ended::Done,
        Some(Err(ended)) => ended,
    }
}

/// `None` where the lease ran out first.
async fn run(
    kind: &Runnable,
    job: &Model,
    posthog: &PostHog,
    lease: watch::Receiver<Instant>,
) -> Option<Result<(), Failure>> {
    let attempt = job.attempt.unsigned_abs();
    if attempt > kind.bounds.attempts {
        return Some(Err(Failure::for_good(NeverReturned)));
    }
    let timeout = kind.bounds.timeout;
    let run = Run {
        id: job.id,
        attempt,
        posthog: posthog.clone(),
    };
    // Also what the job does before its first `await` can panic.
    let work = async { (kind.run)(&job.payload, run).await };
    let work = acting(posthog.clone(), caught(work));
    let work = while_held(lease.clone(), tokio::time::timeout(timeout, work));
    tokio::select! {
        ended = work => Some(match ended? {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panic)) => Err(Failure::of(panic)),
            Err(_) => Err(Failure::from(TimedOut(timeout))),
        }),
        () = run_out(lease) => None,
    }
}

/// Goes no step further once the lease has run out: a process that was held up for that long learns of
/// it here first, and `None` says so.
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

/// A line for what somebody's request has enqueued, as for the request itself. What schedules do by
/// themselves is told where somebody looks closer.
fn say_done(behalf: &Actor, began: Instant) {
    let milliseconds = began.elapsed().as_millis() as u64;
    if behalf.request_id.is_some() {
        tracing::info!(milliseconds, "job done");
    } else {
        tracing::debug!(milliseconds, "job done");
    }
}

/// Says it, captures it, and decides about another try. Of an error that comes with every attempt PostHog
/// gets the first and the last one.
fn failed(
    web: &Web,
    bounds: Bounds,
    job: &Model,
    posthog: &PostHog,
    failure: Failure,
    user_is_gone: bool,
) -> Ended {
    let (cause, retry, captured) = match failure {
        Failure::Error {
            cause,
            retry,
            captured,
        } => (cause, retry, captured),
        Failure::Later(wait) => {
            tracing::debug!(run_in = ?wait, "a job has put itself off");
            return Ended::PutOff(wait);
        }
    };
    let attempt = job.attempt.unsigned_abs();
    let retry_in =
        (retry && attempt < bounds.attempts).then(|| with_jitter((bounds.backoff)(attempt)));
    let error = mask_secrets(&cause.to_string());
    match retry_in {
        Some(wait) => tracing::warn!(error, retry_in = ?wait, "a job failed; it is tried again"),
        None if user_is_gone => tracing::warn!(
            error,
            "a job failed; it is not kept, because the user whom it belongs to is deleted"
        ),
        None if !captured => {
            tracing::warn!(
                error,
                "a job failed; it is kept until it is retried or discarded"
            );
        }
        None => tracing::error!(
            error,
            "a job failed; it is kept until it is retried or discarded"
        ),
    }
    let is_first_or_last = attempt <= 1 || retry_in.is_none();
    if web.settings.posthog.capture_exceptions && captured && is_first_or_last {
        posthog.capture_exception(Exception::new(cause, BOUNDARY));
    }
    Ended::Failed {
        error,
        retry_in,
        kept: !user_is_gone,
    }
}

fn behalf_of(job: &Model) -> Actor {
    let stored = job.behalf.as_deref();
    let behalf = stored.and_then(|json| serde_json::from_str(json).ok());
    behalf.unwrap_or_else(|| Actor::nobody(job.id))
}

/// Resolves when the lease has run out; it moves on while it is extended.
async fn run_out(mut lease: watch::Receiver<Instant>) {
    loop {
        let until = *lease.borrow_and_update();
        tokio::select! {
            () = tokio::time::sleep_until(until) => return,
            extended = lease.changed() => if extended.is_err() {
                // Nobody extends it any more.
                return tokio::time::sleep_until(until).await;
            },
        }
    }
}

/// A fifth more or less.
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
        // A backoff that doubles without a bound comes here.
        assert!((0..1_000).all(|_| with_jitter(Duration::MAX) > minute));
    }
}
