//! Links that confirm the address of an account, or its new address.

use std::time::Duration;

use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};

use super::message::{issue_and_send, send};
use crate::jobs::{Job, JobResult, Run, Unique};
use crate::mail;
use crate::web::Web;

/// Mails a link that confirms the address of an account.
#[derive(Serialize, Deserialize)]
pub struct SendConfirmation {
    user_id: Uuid,
    /// The id of one request for the mail. Each request gets a link of its own, even if this job
    /// replaces a waiting one.
    asked: Uuid,
}

impl SendConfirmation {
    /// The job for one request for the mail.
    pub fn to(user_id: Uuid) -> Self {
        let asked = Uuid::now_v7();
        Self { user_id, asked }
    }
}

impl Job for SendConfirmation {
    type State = Web;

    const NAME: &'static str = "send_confirmation";
    const QUEUE: &'static str = mail::QUEUE;
    const TIMEOUT: Duration = mail::TIMEOUT;
    /// A mail that waits for its next attempt is sent immediately if the user requests it again.
    const UNIQUE: Unique = Unique::Replace;

    /// Pressing the button twice sends one mail.
    fn unique_key(&self) -> Option<String> {
        Some(self.user_id.to_string())
    }

    async fn run(self, web: Web, _: Run) -> JobResult {
        let users = web.parts.users.find(&web.database, vec![self.user_id]);
        match users.await?.first() {
            Some(user) if user.email_confirmed_at().is_none() => {
                issue_and_send(&web, web.parts.links.confirm_email, &**user, self.asked).await
            }
            _ => Ok(()),
        }
    }
}

/// Mails a link that confirms the new address of an account.
///
/// The request has already issued the token. So the order of requests decides which token is the
/// newest, not the order of jobs.
#[derive(Serialize, Deserialize)]
pub struct SendChangeOfEmail {
    /// The key with which the token was issued.
    #[serde(alias = "occasion")]
    pub idempotency_key: Uuid,
}

impl Job for SendChangeOfEmail {
    type State = Web;

    const NAME: &'static str = "send_change_of_email";
    const QUEUE: &'static str = mail::QUEUE;
    const TIMEOUT: Duration = mail::TIMEOUT;

    /// Sends nothing if the change was cancelled or replaced, or if the address has an account by now.
    async fn run(self, web: Web, _: Run) -> JobResult {
        let purpose = web.parts.links.change_email;
        let (key, database) = (&web.token_key, &web.database);
        let Some(issued) = purpose.issued(key, database, self.idempotency_key).await? else {
            return Ok(());
        };
        let users = &web.parts.users;
        match users.find_by_email(database, &issued.row.sent_to).await? {
            Some(_) => Ok(()),
            None => send(&web, purpose, issued).await,
        }
    }
}
