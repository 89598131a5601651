//! Tells the owner of an account by mail that its password was changed.

use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::jobs::{Job, Outcome, Run};
use hoglet_web::mail::Message;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

use crate::models::user;
use crate::state::AppState;

/// Knows the address itself: who has stolen an account may have changed it by the time this runs.
#[derive(Serialize, Deserialize)]
pub struct SendPasswordChanged {
    email: String,
}

impl SendPasswordChanged {
    /// Enqueues the notice, where the app sends mail. None goes to an address that is not confirmed:
    /// it may be a stranger's, who would get one with every change.
    pub async fn enqueue_for(
        state: &AppState,
        transaction: &impl ConnectionTrait,
        user: &user::Model,
    ) -> Result<()> {
        if state.web.mail.available() && user.email_confirmed_at.is_some() {
            let email = user.email.as_str().to_owned();
            Self { email }.enqueue(transaction).await?;
        }
        Ok(())
    }
}

impl Job for SendPasswordChanged {
    type State = AppState;

    const NAME: &'static str = "send_password_changed";

    async fn run(self, state: AppState, run: Run) -> Outcome {
        let to = Email::normalized(&self.email);
        let message = Message::new(run.id, "password_changed", &to);
        Ok(state.web.mail.send(message).await?)
    }
}
