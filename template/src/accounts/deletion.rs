//! Deleting an account. `hoglet_web::account_deletion` deletes the rows, and the person at PostHog.

use crate::posthog::events::AccountDeleted;
use crate::prelude::*;

/// Deletes the account of the signed-in user, and ends the session. If several tabs send it at once,
/// one of them deletes and captures the event.
pub async fn delete_own(state: &AppState, visit: &Visit, user: &user::Model) -> Result<()> {
    let transaction = begin(&state.database).await?;
    if visit.delete_account(&transaction, user).await? {
        transaction.commit().await?;
        // The last event of this person: PostHog is asked to delete them a minute later.
        visit.posthog.capture(AccountDeleted {});
    } else {
        transaction.rollback().await?;
    }
    visit.log_out().await?;
    Ok(())
}
