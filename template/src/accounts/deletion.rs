//! Deleting an account: here at once, at PostHog by a job.

use hoglet_web::database::begin;
use hoglet_web::error::Result;
use hoglet_web::jobs::{Enqueuer, forget_user};
use hoglet_web::person_deletion::DeletePerson;
use hoglet_web::settings::Settings;
use hoglet_web::tokens::end_all;
use hoglet_web::visit::Visit;
use sea_orm::{DatabaseConnection, DbErr};

use crate::jobs::send_notice::{Notice, SendNotice};
use crate::models::user;
use crate::posthog::events::AccountDeleted;
use crate::state::AppState;

/// Deletes the account of who is signed in, and ends their session. Sent from several tabs at once, one
/// of them deletes it, and captures the event.
pub async fn delete_own(state: &AppState, visit: &Visit, user: &user::Model) -> Result<()> {
    if delete(&state.database, &state.web.settings, &visit.jobs, user).await? {
        // The last that PostHog hears of this person before it is asked to delete them, a minute later.
        visit.posthog.capture(AccountDeleted {});
    }
    visit.log_out().await?;
    Ok(())
}

/// Deletes an account. The database deletes along with the user what belongs to them: sessions,
/// tokens, links to visitors, and the rows of each table of the app whose foreign key says so, with
/// `on_delete` in its migration. `false` where somebody else has just deleted it, and has done all of
/// this.
pub async fn delete(
    database: &DatabaseConnection,
    settings: &Settings,
    jobs: &Enqueuer,
    user: &user::Model,
) -> Result<bool, DbErr> {
    let transaction = begin(database).await?;
    // Reads the links to visitors, so it comes first.
    let at_posthog = DeletePerson::of_user(&transaction, user.id).await?;
    // First, as whoever follows a link does: otherwise the two could wait for each other.
    end_all(&transaction, user.id).await?;
    if !user::delete(&transaction, user.id).await? {
        transaction.rollback().await?;
        return Ok(false);
    }
    forget_user(&transaction, user.id, &user.email).await?;
    jobs.enqueue(&transaction, at_posthog).await?;
    SendNotice::enqueue_for(settings, jobs, &transaction, user, Notice::AccountDeleted).await?;
    transaction.commit().await?;
    Ok(true)
}
