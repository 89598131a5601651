//! Deletes an account.
//!
//! `hoglet_web::account_deletion` deletes its rows, and its person at PostHog.

use crate::posthog::events::AccountDeleted;
use crate::prelude::*;

/// Deletes the account of the signed-in user, and ends the session. If several tabs send the form at
/// once, only one of them deletes the account and captures the event.
pub async fn delete_own(state: &AppState, visit: &Visit, user: &user::Model) -> Result<()> {
    let transaction = begin(&state.database).await?;
    if visit.delete_account(&transaction, user).await? {
        transaction.commit().await?;
        // This is the person's last event. A job deletes the person at PostHog a minute later.
        visit.posthog.capture(AccountDeleted {});
    } else {
        transaction.rollback().await?;
    }
    visit.log_out().await?;
    Ok(())
}
