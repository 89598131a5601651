//! `doctor`: checks settings, database, PostHog and mail, and prints one line each.

use std::process::ExitCode;

use super::connect::connect_existing;
use super::output::print_line;
use crate::app::CommandResult;
use crate::database::{self, Migrations};
use crate::mail::smtp::Smtp;
use crate::posthog;
use crate::settings::{Settings, WithoutServer};
use futures_core::future::BoxFuture;

type Check = Result<String, String>;

pub fn examine(
    settings: Settings,
    migrations: Migrations,
    app: &'static str,
) -> BoxFuture<'static, CommandResult> {
    Box::pin(async move {
        let (database, migrations) = examine_database(&settings, migrations, app).await;
        let checks = [
            (
                "settings",
                Ok(format!("{:?}, {}", settings.environment, settings.app_url()).to_lowercase()),
            ),
            ("database", database),
            ("migrations", migrations),
            ("posthog", posthog::check(&settings.posthog).await),
            ("mail", examine_mail(&settings).await),
        ];
        let mut healthy = true;
        for (name, check) in checks {
            let (mark, message) = match check {
                Ok(message) => ("ok", message),
                Err(message) => {
                    healthy = false;
                    ("FAIL", message)
                }
            };
            print_line(format_args!("{mark:<5} {name:<11} {message}"))?;
        }
        Ok(if healthy {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    })
}

async fn examine_database(
    settings: &Settings,
    migrations: Migrations,
    app: &str,
) -> (Check, Check) {
    let database = match connect_existing(settings, app).await {
        Ok(database) => database,
        Err(message) => return (Err(message), Err("not checked without a database".into())),
    };
    let migrations = match database::pending_migrations(&database, migrations).await {
        Ok(pending) if pending.is_empty() => Ok("all applied".into()),
        Ok(pending) => Err(format!(
            "pending: {}; run `{app} migrate`",
            pending.join(", ")
        )),
        Err(error) => Err(error.to_string()),
    };
    (Ok("reachable".into()), migrations)
}

/// Connects to the mail server and logs in.
async fn examine_mail(settings: &Settings) -> Check {
    match (&settings.mail.server, &settings.mail.without_server) {
        (Some(server), _) => {
            let smtp = Smtp::new(server.clone(), settings.app_domain());
            match smtp.check(&settings.mail.from.email).await {
                Ok(()) => Ok(format!("{} takes mail", smtp.address())),
                Err(error) => Err(format!("{error}; check SMTP_URL and MAIL_FROM")),
            }
        }
        (None, WithoutServer::Nothing) => Ok("off: set SMTP_URL and MAIL_FROM to send mail".into()),
        (None, WithoutServer::Memory) => Ok("kept in memory, for tests".into()),
        (None, WithoutServer::Folder(_)) => {
            Ok("kept, and shown at /dev/mail; set SMTP_URL to send it".into())
        }
    }
}
