//! Sends the mail `proposal` to a user.

use std::time::Duration;

use hoglet_web::mail::{self, Message};

use crate::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct SendProposal {
    pub user_id: Uuid,
}

impl Job for SendProposal {
    type State = AppState;

    const NAME: &'static str = "send_proposal";
    const QUEUE: &'static str = mail::QUEUE;
    // A slow mail server has not failed.
    const TIMEOUT: Duration = mail::TIMEOUT;

    async fn run(self, state: AppState, run: Run) -> JobResult {
        // The account may have been deleted after the job was enqueued.
        if let Some(user) = user::find(&state.database, self.user_id).await? {
            let message = Message::new(run.id, "proposal", &user.email);
            state.web.mail.send(message).await?;
        }
        Ok(())
    }
}
