//! Notices: tell users about a change of their account, in case an attacker made it.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

use crate::email::Email;
use crate::jobs::{Enqueuer, Job, JobResult, Run};
use crate::mail::{self, Message};
use crate::settings::Settings;
use crate::users::User;
use crate::web::Web;

/// A change of an account. Its view in `templates/mail/` has its name in snake case.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The account has a new password.
    PasswordChanged,
    /// A link to change the address was sent to the new address.
    EmailChangeRequested,
    /// The account has a new address.
    EmailChanged,
    /// The account was deleted.
    AccountDeleted,
}

/// Mails a notice to the address that the account had at the time of the change.
#[derive(Serialize, Deserialize)]
pub struct SendNotice {
    notice: Notice,
    email: Email,
}

impl Notice {
    /// Enqueues the notice for a user, if the app sends mail.
    ///
    /// An address that was never confirmed gets no notice, because it may belong to a stranger.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn enqueue(
        self,
        transaction: &impl ConnectionTrait,
        jobs: &Enqueuer,
        settings: &Settings,
        user: &dyn User,
    ) -> Result<(), DbErr> {
        if settings.mail.available() && user.email_confirmed_at().is_some() {
            let email = user.email().clone();
            let job = SendNotice {
                notice: self,
                email,
            };
            jobs.enqueue(transaction, job).await?;
        }
        Ok(())
    }

    fn view(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password_changed",
            Self::EmailChangeRequested => "email_change_requested",
            Self::EmailChanged => "email_changed",
            Self::AccountDeleted => "account_deleted",
        }
    }
}

impl Job for SendNotice {
    type State = Web;

    const NAME: &'static str = "send_notice";
    const QUEUE: &'static str = mail::QUEUE;
    const TIMEOUT: Duration = mail::TIMEOUT;

    async fn run(self, web: Web, run: Run) -> JobResult {
        let message = Message::new(run.id, self.notice.view(), &self.email);
        Ok(web.mail.send(message).await?)
    }
}
