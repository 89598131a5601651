//! Asks the owner of an address whether the account is theirs.

use hoglet_web::jobs::{Job, Outcome, Run};
use hoglet_web::mail::Message;
use minijinja::context;
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};

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

    /// Who presses the button twice gets one mail: the second would make the link in the first worth
    /// nothing.
    fn unique_key(&self) -> Option<String> {
        Some(self.user_id.to_string())
    }

    async fn run(self, state: AppState, run: Run) -> Outcome {
        let database = &state.database;
        let user = user::find(database, self.user_id).await?;
        let Some(user) = user.filter(|user| user.email_confirmed_at.is_none()) else {
            return Ok(());
        };
        let token = CONFIRM_EMAIL.issue(database, user.id, &user.email).await?;
        let app = state.web.settings.app_url();
        let link = format!("{app}/confirm-email/{}", token.reveal());
        let message = Message::new(run.id, "confirm_email", &user.email);
        state.web.mail.send(message.with(context! { link })).await?;
        Ok(())
    }
}
