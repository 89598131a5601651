//! `user list`, `user reset-link`, `user delete`: accounts from a terminal, with or without mail.

use std::error::Error;
use std::io::{IsTerminal, Write, stderr, stdin};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use futures_core::future::BoxFuture;
use sea_orm::DatabaseConnection;
use sea_orm::prelude::Uuid;
use serde_json::json;
use time::UtcOffset;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use super::connect::open_database;
use super::output::print_line;
use crate::account_deletion::AccountDeletion;
use crate::app::CommandResult;
use crate::database::begin;
use crate::email::Email;
use crate::jobs::Enqueuer;
use crate::session::users::Users;
use crate::settings::Settings;
use crate::tokens::{Key, Purpose};
use crate::users::User;
use crate::web::AppParts;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[derive(Subcommand)]
pub enum Action {
    /// Lists the accounts, the oldest first
    List {
        /// One JSON array on stdout
        #[arg(long)]
        json: bool,
    },
    /// Prints a link that sets a new password
    ResetLink {
        /// The account's address
        email: String,
    },
    /// Deletes an account and all its data, here and at PostHog
    Delete {
        /// The account's address
        email: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

pub fn run(
    action: Action,
    settings: Settings,
    parts: AppParts,
) -> BoxFuture<'static, CommandResult> {
    Box::pin(async move {
        let database = open_database(&settings, parts.migrations).await?;
        let users = &parts.users;
        match action {
            Action::List { json } => {
                let users = users.all(&database).await?;
                print_line(if json {
                    as_json(users)?
                } else {
                    as_table(users)?
                })?;
            }
            Action::ResetLink { email } => {
                let user = find(&database, users, &email).await?;
                let purpose = parts.links.reset_password;
                print_line(link(&settings, &database, purpose, &*user).await?)?;
            }
            Action::Delete { email, yes } => {
                let user = find(&database, users, &email).await?;
                let email = user.email().as_str();
                if !yes && !confirmed(email)? {
                    return Err(format!("that is another address; {email} was not deleted").into());
                }
                let transaction = begin(&database).await?;
                let deletion = AccountDeletion {
                    users,
                    settings: &settings,
                    jobs: &Enqueuer::default(),
                };
                if !deletion.delete(&transaction, &*user).await? {
                    transaction.rollback().await?;
                    return Err(format!("{email} was deleted at the same moment").into());
                }
                transaction.commit().await?;
                print_line(format_args!(
                    "deleted {email}; the running app deletes the person at PostHog if POSTHOG_SECRET_KEY allows it"
                ))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn as_table(users: Vec<Arc<dyn User>>) -> Result<String> {
    let lengths = users.iter().map(|user| user.email().0.chars().count());
    let width = lengths.max().unwrap_or_default().max("E-MAIL".len());
    let mut lines = vec![format!(
        "{:width$}  {:36}  {:9}  SINCE",
        "E-MAIL", "ID", "CONFIRMED"
    )];
    let day = format_description!("[year]-[month]-[day]");
    for user in users {
        let confirmed = match user.email_confirmed_at() {
            Some(_) => "yes",
            None => "no",
        };
        let (email, id) = (user.email().as_str(), user.id());
        let since = user.since().format(&day)?;
        lines.push(format!("{email:width$}  {id}  {confirmed:9}  {since}"));
    }
    Ok(lines.join("\n"))
}

/// One account per line. `docs/production.md` of the app describes the fields.
fn as_json(users: Vec<Arc<dyn User>>) -> Result<String> {
    let mut accounts = Vec::new();
    for user in users {
        let confirmed_at = user.email_confirmed_at();
        let confirmed_at = confirmed_at.map(|at| at.to_offset(UtcOffset::UTC).format(&Rfc3339));
        let account = json!({
            "id": user.id(),
            "email": user.email(),
            "name": user.properties().get("name"),
            "confirmed_at": confirmed_at.transpose()?,
            "created_at": user.since().to_offset(UtcOffset::UTC).format(&Rfc3339)?,
        });
        accounts.push(format!("\n  {account}"));
    }
    let end = if accounts.is_empty() { "" } else { "\n" };
    Ok(format!("[{}{end}]", accounts.join(",")))
}

async fn link(
    settings: &Settings,
    database: &DatabaseConnection,
    purpose: Purpose,
    user: &dyn User,
) -> Result<String> {
    let (key, idempotency_key) = (Key::new(&settings.secret_key), Uuid::now_v7());
    let issued = purpose.issue(&key, database, idempotency_key, user.id(), user.email());
    let issued = issued.await?.ok_or("the link has ended; try again")?;
    let (app, path) = (settings.app_url(), purpose.name.replace('_', "-"));
    Ok(format!("{app}/{path}/{}", issued.token.reveal()))
}

/// Asks the operator to type the address again, as a confirmation.
fn confirmed(email: &str) -> Result<bool> {
    if !stdin().is_terminal() {
        return Err(format!(
            "there is no terminal to ask for confirmation; `user delete {email} --yes` deletes without asking"
        )
        .into());
    }
    let question = b"This deletes the account for good. Type its address to confirm: ";
    stderr().write_all(question)?;
    let mut typed = String::new();
    stdin().read_line(&mut typed)?;
    Ok(Email::normalized(&typed).as_str() == email)
}

async fn find(database: &DatabaseConnection, users: &Users, email: &str) -> Result<Arc<dyn User>> {
    let normalized = Email::normalized(email);
    let found = users.find_by_email(database, &normalized);
    let unknown = || format!("there is no account for {email}; `user list` shows all accounts");
    Ok(found.await?.ok_or_else(unknown)?)
}
