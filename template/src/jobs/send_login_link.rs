//! Mails a link to log in, where the address has an account.

use hoglet_web::email::Email;
use hoglet_web::jobs::{Job, Outcome, Priority, Run};
use hoglet_web::mail::Message;
use minijinja::context;
use serde::{Deserialize, Serialize};

use crate::models::user;
use crate::state::AppState;
use crate::tokens::LOGIN_LINK;

/// Enqueued for any address: whoever asks learns nothing from how long the answer takes.
#[derive(Serialize, Deserialize)]
pub struct SendLoginLink {
    pub email: String,
}

impl Job for SendLoginLink {
    type State = AppState;

    const NAME: &'static str = "send_login_link";
    /// Over some twenty minutes. Whoever asked does not wait for longer.
    const ATTEMPTS: u32 = 8;
    const PRIORITY: Priority = Priority::High;

    async fn run(self, state: AppState, run: Run) -> Outcome {
        let email = Email::normalized(&self.email);
        let Some(user) = user::find_by_email(&state.database, &email).await? else {
            return Ok(());
        };
        let issued = LOGIN_LINK.issue(&state.database, user.id, &user.email);
        let token = issued.await?.reveal();
        let message = Message::new(run.id, "login_link", &user.email);
        let message = message.with(context! { token });
        Ok(state.web.mail.send(message).await?)
    }
}
