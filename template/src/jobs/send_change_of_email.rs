//! Asks the owner of an address whether an account is to have it.

use std::time::Duration;

use hoglet_web::jobs::{Job, JobResult, Run};
use hoglet_web::mail;
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};

use super::link;
use super::queues::MAIL;
use crate::models::user;
use crate::state::AppState;
use crate::tokens::CHANGE_EMAIL;

/// The request issues the token, and this job only mails it. So a later wish counts from when it is made,
/// whenever this job runs.
#[derive(Serialize, Deserialize)]
pub struct SendChangeOfEmail {
    /// What the token was issued for.
    pub wish: Uuid,
}

impl Job for SendChangeOfEmail {
    type State = AppState;

    const NAME: &'static str = "send_change_of_email";
    const QUEUE: &'static str = MAIL;
    const TIMEOUT: Duration = mail::TIMEOUT;

    /// Nothing is sent where the user wants another address by now, or none, or where somebody else
    /// has it.
    async fn run(self, state: AppState, _: Run) -> JobResult {
        let (key, database) = (&state.web.token_key, &state.database);
        let Some(wish) = CHANGE_EMAIL.issued(key, database, self.wish).await? else {
            return Ok(());
        };
        let owner = user::find_by_email(database, &wish.row.sent_to).await?;
        match owner {
            Some(_) => Ok(()),
            None => link::send(&state, CHANGE_EMAIL, wish).await,
        }
    }
}
