//! An invitation to a game, by mail.

use std::time::Duration;

use hoglet_web::email::Email;
use hoglet_web::jobs::{Job, JobResult, Run};
use hoglet_web::mail::{self, Message};
use hoglet_web::web::Web;
use minijinja::context;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct Invite {
    pub to: String,
}

impl Job for Invite {
    type State = Web;

    const NAME: &'static str = "invite";
    const QUEUE: &'static str = "mail";
    const ATTEMPTS: u32 = 3;
    const TIMEOUT: Duration = mail::TIMEOUT;

    async fn run(self, web: Web, run: Run) -> JobResult {
        let message = Message::new(run.id, "invitation", &Email(self.to));
        let message = message
            .named("Zoë")
            .with(context! { from => "Ben & Co", game => 7 });
        web.mail.send(message).await?;
        Ok(())
    }
}
