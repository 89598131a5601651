//! Tells somebody what was done with their account, in case it was not them.

use std::time::Duration;

use hoglet_web::email::Email;
use hoglet_web::jobs::{Enqueuer, Job, JobResult, Run};
use hoglet_web::mail::{self, Message};
use hoglet_web::settings::Settings;
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

use super::queues::MAIL;
use crate::models::user;
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
    notice: Notice,
    email: Email,
}

impl SendNotice {
    /// Enqueues a notice to the address that an account has now, where the app sends mail. An address that
    /// was never confirmed may be a stranger's, whom the account does not concern: it gets no notice.
    pub async fn enqueue_for(
        settings: &Settings,
        jobs: &Enqueuer,
        transaction: &impl ConnectionTrait,
        user: &user::Model,
        notice: Notice,
    ) -> Result<(), DbErr> {
        if settings.mail.available() && user.email_confirmed_at.is_some() {
            let email = user.email.clone();
            jobs.enqueue(transaction, Self { notice, email }).await?;
        }
        Ok(())
    }
}

impl Job for SendNotice {
    type State = AppState;

    const NAME: &'static str = "send_notice";
    const QUEUE: &'static str = MAIL;
    const TIMEOUT: Duration = mail::TIMEOUT;

    async fn run(self, state: AppState, run: Run) -> JobResult {
        let view = match self.notice {
            Notice::PasswordChanged => "password_changed",
            Notice::EmailChangeRequested => "email_change_requested",
            Notice::EmailChanged => "email_changed",
            Notice::AccountDeleted => "account_deleted",
        };
        let message = Message::new(run.id, view, &self.email);
        Ok(state.web.mail.send(message).await?)
    }
}
