//! `doctor`: what works and what does not, one line each.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;

use super::connect::connect_existing;
use super::output::print_line;
use crate::app::Outcome;
use crate::database::{self, Migrations};
use crate::mail::smtp::Smtp;
use crate::outgoing;
use crate::settings::{PostHogSettings, Settings, WithoutServer};
use futures_core::future::BoxFuture;

/// For PostHog to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

type Check = Result<String, String>;

pub fn examine(
    settings: Settings,
    migrations: Migrations,
    app: &'static str,
) -> BoxFuture<'static, Outcome> {
    Box::pin(async move {
        let (database, migrations) = examine_database(&settings, migrations, app).await;
        let checks = [
            (
                "settings",
                Ok(format!("{:?}, {}", settings.environment, settings.app_url()).to_lowercase()),
            ),
            ("database", database),
            ("migrations", migrations),
            ("posthog", examine_posthog(&settings.posthog).await),
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
        Err(message) => return (Err(message), Err("not looked at without a database".into())),
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

/// A server is asked as far as the log-in.
async fn examine_mail(settings: &Settings) -> Check {
    match (&settings.mail.server, &settings.mail.without_server) {
        (Some(server), _) => {
            let smtp = Smtp::new(server.clone(), settings.app_domain());
            match smtp.examine(&settings.mail.from.email).await {
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

/// Capturing with a wrong key answers 200 and loses everything; asking for flags answers 401.
async fn examine_posthog(settings: &PostHogSettings) -> Check {
    if settings.disabled {
        return Ok("off: POSTHOG_DISABLED is set".into());
    }
    if settings.project_token.is_empty() {
        return Ok("off: set POSTHOG_PROJECT_TOKEN to your project token to send events".into());
    }
    let body = json!({ "api_key": settings.project_token, "distinct_id": "doctor" });
    let url = format!("{}/flags/?v=2", settings.base_url());
    let client = outgoing::client()
        .build()
        .map_err(|error| error.to_string())?;
    let asked = client.post(&url).timeout(TIMEOUT).json(&body).send().await;
    match asked {
        Ok(answer) if answer.status().is_success() => {
            Ok(format!("{} knows the token", settings.base_url()))
        }
        Ok(answer) if answer.status().as_u16() == 401 => Err(format!(
            "{} does not know this POSTHOG_PROJECT_TOKEN; copy the project token (phc_…) from the project's settings",
            settings.base_url()
        )),
        Ok(answer) => Err(format!(
            "{} answered {}; check POSTHOG_HOST",
            settings.base_url(),
            answer.status()
        )),
        Err(error) => Err(format!(
            "{} cannot be reached ({}); check POSTHOG_HOST and the network",
            settings.base_url(),
            outgoing::describe(error, &url)
        )),
    }
}
