//! Links that log in or set a new password, for any address that a visitor types.
//!
//! Only the jobs look up whether the address has an account, so the time of the answer reveals
//! nothing.

use std::time::Duration;

use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};

use super::message::issue_and_send;
use crate::email::Email;
use crate::jobs::{Job, JobResult, Priority, Run};
use crate::mail;
use crate::tokens::Purpose;
use crate::web::Web;

/// Mails a link that sets a new password, if the address has an account.
#[derive(Serialize, Deserialize)]
pub struct SendResetLink {
    /// The typed address, normalized.
    pub email: Email,
}

impl Job for SendResetLink {
    type State = Web;

    const NAME: &'static str = "send_reset_link";
    const QUEUE: &'static str = mail::QUEUE;
    /// The attempts take about twenty minutes. Users wait no longer than that.
    const ATTEMPTS: u32 = 8;
    const TIMEOUT: Duration = mail::TIMEOUT;
    const PRIORITY: Priority = Priority::High;

    async fn run(self, web: Web, run: Run) -> JobResult {
        to_account(&web, web.parts.links.reset_password, &self.email, run.id).await
    }
}

/// Mails a link that logs in, if the address has an account.
#[derive(Serialize, Deserialize)]
pub struct SendLoginLink {
    /// The typed address, normalized.
    pub email: Email,
}

impl Job for SendLoginLink {
    type State = Web;

    const NAME: &'static str = "send_login_link";
    const QUEUE: &'static str = mail::QUEUE;
    /// The attempts take about ten minutes. The link does not work much longer.
    const ATTEMPTS: u32 = 7;
    const TIMEOUT: Duration = mail::TIMEOUT;
    const PRIORITY: Priority = Priority::High;

    async fn run(self, web: Web, run: Run) -> JobResult {
        to_account(&web, web.parts.links.login_link, &self.email, run.id).await
    }
}

async fn to_account(
    web: &Web,
    purpose: Purpose,
    email: &Email,
    idempotency_key: Uuid,
) -> JobResult {
    let users = &web.parts.users;
    match users.find_by_email(&web.database, email).await? {
        Some(user) => issue_and_send(web, purpose, &*user, idempotency_key).await,
        None => Ok(()),
    }
}
