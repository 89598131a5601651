//! Asks the owner of an address whether an account is to have it.

use hoglet_web::email::Email;
use hoglet_web::jobs::{Job, Outcome, Run};
use hoglet_web::mail::Message;
use minijinja::context;
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};

use crate::models::user;
use crate::state::AppState;
use crate::tokens::CHANGE_EMAIL;

#[derive(Serialize, Deserialize)]
pub struct SendChangeOfEmail {
    pub user_id: Uuid,
    /// The new address. The account has it once the link is answered.
    pub email: String,
}

impl Job for SendChangeOfEmail {
    type State = AppState;

    const NAME: &'static str = "send_change_of_email";

    async fn run(self, state: AppState, run: Run) -> Outcome {
        let database = &state.database;
        let Some(user) = user::find(database, self.user_id).await? else {
            return Ok(());
        };
        let email = Email::normalized(&self.email);
        let token = CHANGE_EMAIL.issue(database, user.id, &email).await?;
        let app = state.web.settings.app_url();
        let link = format!("{app}/confirm-email/{}", token.reveal());
        let message = Message::new(run.id, "change_email", &email);
        state.web.mail.send(message.with(context! { link })).await?;
        Ok(())
    }
}
