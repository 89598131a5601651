//! Asks the owner of an address whether the account is theirs.

use std::time::Duration;

use hoglet_web::jobs::{Job, JobResult, Run, Unique};
use hoglet_web::mail;
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};

use super::link;
use super::queues::MAIL;
use crate::models::user;
use crate::state::AppState;
use crate::tokens::CONFIRM_EMAIL;

#[derive(Serialize, Deserialize)]
pub struct SendConfirmation {
    user_id: Uuid,
    /// Which request for a mail this is: a new one gets a link of its own, also where it takes the place
    /// of a job that waits.
    asked: Uuid,
}

impl SendConfirmation {
    /// Somebody has asked for the mail.
    pub fn to(user_id: Uuid) -> Self {
        let asked = Uuid::now_v7();
        Self { user_id, asked }
    }
}

impl Job for SendConfirmation {
    type State = AppState;

    const NAME: &'static str = "send_confirmation";
    const QUEUE: &'static str = MAIL;
    const TIMEOUT: Duration = mail::TIMEOUT;
    /// A mail that waits for its next try goes out at once when somebody asks for it again.
    const UNIQUE: Unique = Unique::Replace;

    /// Pressing the button twice sends one mail.
    fn unique_key(&self) -> Option<String> {
        Some(self.user_id.to_string())
    }

    async fn run(self, state: AppState, _: Run) -> JobResult {
        let user = user::find(&state.database, self.user_id).await?;
        match user.filter(|user| user.email_confirmed_at.is_none()) {
            Some(user) => link::mail(&state, self.asked, CONFIRM_EMAIL, user.id, &user.email).await,
            None => Ok(()),
        }
    }
}
