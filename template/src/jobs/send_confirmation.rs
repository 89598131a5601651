//! Asks the owner of an address whether the account is theirs.

use std::time::Duration;

use hoglet_web::jobs::{Job, Outcome, Run, Unique};
use hoglet_web::mail;
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};

use super::{MAIL, link};
use crate::models::user;
use crate::state::AppState;
use crate::tokens::CONFIRM_EMAIL;

#[derive(Serialize, Deserialize)]
pub struct SendConfirmation {
    pub user_id: Uuid,
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

    async fn run(self, state: AppState, run: Run) -> Outcome {
        let user = user::find(&state.database, self.user_id).await?;
        match user.filter(|user| user.email_confirmed_at.is_none()) {
            Some(user) => link::mail(&state, &run, CONFIRM_EMAIL, user.id, &user.email).await,
            None => Ok(()),
        }
    }
}
