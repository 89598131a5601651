//! Tells somebody what was done with their account, in case it was not them.

use hoglet_web::email::Email;
use hoglet_web::jobs::{Job, Outcome, Run};
use hoglet_web::mail::Message;
use serde::{Deserialize, Serialize};

use crate::state::AppState;

/// What was done. Each has its views in `templates/mail/`.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The account has another password.
    PasswordChanged,
    /// Somebody who knows the password wants the account to have another address.
    EmailChangeRequested,
    /// The account has another address now.
    EmailChanged,
    /// The account is gone.
    AccountDeleted,
}

/// To the address that the account had: what has become of the account by now does not matter.
#[derive(Serialize, Deserialize)]
pub struct SendNotice {
    pub notice: Notice,
    pub email: String,
}

impl Job for SendNotice {
    type State = AppState;

    const NAME: &'static str = "send_notice";

    async fn run(self, state: AppState, run: Run) -> Outcome {
        let view = match self.notice {
            Notice::PasswordChanged => "password_changed",
            Notice::EmailChangeRequested => "email_change_requested",
            Notice::EmailChanged => "email_changed",
            Notice::AccountDeleted => "account_deleted",
        };
        let email = Email::normalized(&self.email);
        let message = Message::new(run.id, view, &email);
        state.web.mail.send(message).await?;
        Ok(())
    }
}
