//! Stores how attempts have ended.

use sea_orm::{DatabaseConnection, DbErr};
use tokio::time::Instant;

use crate::attempt::AttemptOutcome;
use crate::lease::{Claim, complete, fail, postpone};

/// The text that is stored if the database refuses an error's own text.
const REFUSED: &str =
    "the job failed; its error is in the log, because the database would not store it";

/// An ended attempt whose result is not stored yet.
pub(crate) struct Unstored {
    pub claim: Claim,
    pub outcome: AttemptOutcome,
    /// When its lease ends. It is not extended any more.
    pub until: Instant,
}

/// Stores results. Those that the database does not accept stay in the list, for the next try.
///
/// If a result is not stored by the end of its lease, the job runs again, like that of a dead process.
pub(crate) async fn store_all(database: &DatabaseConnection, unstored: &mut Vec<Unstored>) {
    if unstored.is_empty() {
        return;
    }
    let is_done = |unstored: &mut Unstored| matches!(unstored.outcome, AttemptOutcome::Done);
    let done: Vec<_> = unstored.extract_if(.., is_done).collect();
    let claims: Vec<_> = done.iter().map(|unstored| unstored.claim).collect();
    let mut others = std::mem::take(unstored);
    if !claims.is_empty() {
        match complete(database, &claims).await {
            Ok(held) if held == claims.len() as u64 => {}
            Ok(_) => {
                tracing::warn!("a job was done after its lease had ended; it may run once more");
            }
            // The database refuses one of them, so store each by itself.
            Err(_) => others.extend(done),
        }
    }
    for one in others {
        let Err(error) = store(database, one.claim, &one.outcome).await else {
            continue;
        };
        let job_id = one.claim.id;
        if one.until > Instant::now() {
            tracing::warn!(%error, %job_id, "could not store how a job ended; it is stored later");
            unstored.push(one);
        } else {
            tracing::error!(
                %error, %job_id, ended = ?one.outcome,
                "could not store how a job ended; it runs again when its lease ends"
            );
        }
    }
}

/// Stores the result of one attempt.
pub(crate) async fn store(
    database: &DatabaseConnection,
    claim: Claim,
    outcome: &AttemptOutcome,
) -> Result<(), DbErr> {
    match outcome {
        AttemptOutcome::Done => complete(database, &[claim]).await.map(drop),
        AttemptOutcome::Failed {
            retry_in: None,
            kept: false,
            ..
        } => complete(database, &[claim]).await.map(drop),
        AttemptOutcome::Failed {
            error, retry_in, ..
        } => match fail(database, claim, error, *retry_in).await {
            Ok(_) => Ok(()),
            Err(_) => fail(database, claim, REFUSED, *retry_in).await.map(drop),
        },
        AttemptOutcome::Postponed(wait) => postpone(database, claim, *wait).await.map(drop),
        AttemptOutcome::Stopped => {
            tracing::warn!(job_id = %claim.id, "a job's lease ended while it ran; it was stopped");
            Ok(())
        }
        AttemptOutcome::Cancelled => {
            tracing::info!(job_id = %claim.id, "a job was cancelled");
            complete(database, &[claim]).await.map(drop)
        }
    }
}
