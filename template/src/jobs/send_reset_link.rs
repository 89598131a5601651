//! Mails a link to choose a new password, where the address has an account.

use std::time::Duration;

use hoglet_web::email::Email;
use hoglet_web::jobs::{Job, JobResult, Priority, Run};
use hoglet_web::mail;
use serde::{Deserialize, Serialize};

use super::link;
use super::queues::MAIL;
use crate::models::user;
use crate::state::AppState;
use crate::tokens::RESET_PASSWORD;

/// Enqueued for any address: whoever asks learns nothing from how long the answer takes.
#[derive(Serialize, Deserialize)]
pub struct SendResetLink {
    pub email: Email,
}

impl Job for SendResetLink {
    type State = AppState;

    const NAME: &'static str = "send_reset_link";
    const QUEUE: &'static str = MAIL;
    /// Over some twenty minutes. Whoever asked does not wait for longer.
    const ATTEMPTS: u32 = 8;
    const TIMEOUT: Duration = mail::TIMEOUT;
    const PRIORITY: Priority = Priority::High;

    async fn run(self, state: AppState, run: Run) -> JobResult {
        match user::find_by_email(&state.database, &self.email).await? {
            Some(user) => link::mail(&state, run.id, RESET_PASSWORD, user.id, &user.email).await,
            None => Ok(()),
        }
    }
}
