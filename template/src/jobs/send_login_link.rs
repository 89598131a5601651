//! Mails a link to log in, where the address has an account.

use std::time::Duration;

use hoglet_web::email::Email;
use hoglet_web::jobs::{Job, JobResult, Priority, Run};
use hoglet_web::mail;
use serde::{Deserialize, Serialize};

use super::link;
use super::queues::MAIL;
use crate::models::user;
use crate::state::AppState;
use crate::tokens::LOGIN_LINK;

/// Enqueued for any address: whoever asks learns nothing from how long the answer takes.
#[derive(Serialize, Deserialize)]
pub struct SendLoginLink {
    pub email: Email,
}

impl Job for SendLoginLink {
    type State = AppState;

    const NAME: &'static str = "send_login_link";
    const QUEUE: &'static str = MAIL;
    /// Spread over some ten minutes: the link is good for fifteen.
    const ATTEMPTS: u32 = 7;
    const TIMEOUT: Duration = mail::TIMEOUT;
    const PRIORITY: Priority = Priority::High;

    async fn run(self, state: AppState, run: Run) -> JobResult {
        match user::find_by_email(&state.database, &self.email).await? {
            Some(user) => link::mail(&state, run.id, LOGIN_LINK, user.id, &user.email).await,
            None => Ok(()),
        }
    }
}
