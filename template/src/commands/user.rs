//! `user`: looking after accounts from a terminal, with or without mail.

use std::io::{IsTerminal, Write, stderr, stdin};
use std::process::ExitCode;

use clap::Subcommand;
use hoglet_web::app::CommandResult;
use hoglet_web::cli::{open_database, print_line};
use hoglet_web::database::Migrations;
use hoglet_web::email::Email;
use hoglet_web::jobs::Enqueuer;
use hoglet_web::settings::Settings;
use hoglet_web::tokens::Key;
use sea_orm::DatabaseConnection;
use sea_orm::prelude::Uuid;
use serde_json::json;
use time::UtcOffset;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use crate::accounts::deletion;
use crate::migrations::Migrator;
use crate::models::user;
use crate::tokens::RESET_PASSWORD;

/// What to do with which account.
#[derive(Subcommand)]
pub enum Action {
    /// Lists the accounts, the oldest first
    List {
        /// One JSON array on stdout
        #[arg(long)]
        json: bool,
    },
    /// Prints a link to choose a new password
    ResetLink {
        /// The account's address
        email: String,
    },
    /// Deletes an account and all that is its own, here and at PostHog
    Delete {
        /// The account's address
        email: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

impl Action {
    /// Does it.
    pub async fn run(self, settings: Settings) -> CommandResult {
        let database = open_database(&settings, Migrations::of::<Migrator>()).await?;
        match self {
            Self::List { json: false } => list(&database).await,
            Self::List { json: true } => list_as_json(&database).await,
            Self::ResetLink { email } => reset_link(&settings, &database, &email).await,
            Self::Delete { email, yes } => delete(&settings, &database, &email, yes).await,
        }
    }
}

async fn list(database: &DatabaseConnection) -> CommandResult {
    let users = user::all(database).await?;
    let lengths = users.iter().map(|user| user.email.0.chars().count());
    let width = lengths.max().unwrap_or_default().max("E-MAIL".len());
    print_line(format_args!(
        "{:width$}  {:36}  {:9}  SINCE",
        "E-MAIL", "ID", "CONFIRMED"
    ))?;
    let day = format_description!("[year]-[month]-[day]");
    for user in users {
        let confirmed = match user.email_confirmed_at {
            Some(_) => "yes",
            None => "no",
        };
        let (email, id) = (user.email.as_str(), user.id);
        let since = user.created_at.format(&day)?;
        print_line(format_args!("{email:width$}  {id}  {confirmed:9}  {since}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Each account on a line of its own. The README says what each field is.
async fn list_as_json(database: &DatabaseConnection) -> CommandResult {
    let mut accounts = Vec::new();
    for user in user::all(database).await? {
        let confirmed_at = user
            .email_confirmed_at
            .map(|at| at.to_offset(UtcOffset::UTC));
        let account = json!({
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "confirmed_at": confirmed_at.map(|at| at.format(&Rfc3339)).transpose()?,
            "created_at": user.created_at.to_offset(UtcOffset::UTC).format(&Rfc3339)?,
        });
        accounts.push(format!("\n  {account}"));
    }
    let end = if accounts.is_empty() { "" } else { "\n" };
    print_line(format_args!("[{}{end}]", accounts.join(",")))?;
    Ok(ExitCode::SUCCESS)
}

async fn reset_link(
    settings: &Settings,
    database: &DatabaseConnection,
    email: &str,
) -> CommandResult {
    let user = find(database, email).await?;
    let (key, occasion) = (Key::new(&settings.secret_key), Uuid::now_v7());
    let issued = RESET_PASSWORD.issue(&key, database, occasion, user.id, &user.email);
    let issued = issued
        .await?
        .ok_or("the link has ended already; try again")?;
    let (app, token) = (settings.app_url(), issued.token.reveal());
    print_line(format_args!("{app}/reset-password/{token}"))?;
    Ok(ExitCode::SUCCESS)
}

async fn delete(
    settings: &Settings,
    database: &DatabaseConnection,
    email: &str,
    yes: bool,
) -> CommandResult {
    let user = find(database, email).await?;
    let email = user.email.as_str();
    if !yes && !asked(email)? {
        return Err(format!("that is another address, so {email} was not deleted").into());
    }
    if !deletion::delete(database, settings, &Enqueuer::default(), &user).await? {
        return Err(format!("{email} was deleted by somebody else at the same moment").into());
    }
    print_line(format_args!(
        "deleted {email}; the running app deletes the person at PostHog, where POSTHOG_SECRET_KEY allows it"
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the address was typed once more.
fn asked(email: &str) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
    if !stdin().is_terminal() {
        return Err(format!(
            "nobody is there to be asked; `user delete {email} --yes` deletes without asking"
        )
        .into());
    }
    let question = b"This deletes the account for good. Type its address to go on: ";
    stderr().write_all(question)?;
    let mut typed = String::new();
    stdin().read_line(&mut typed)?;
    Ok(Email::normalized(&typed).as_str() == email)
}

async fn find(
    database: &DatabaseConnection,
    email: &str,
) -> Result<user::Model, Box<dyn std::error::Error + Send + Sync>> {
    let found = user::find_by_email(database, &Email::normalized(email)).await?;
    found.ok_or_else(|| {
        format!("there is no account for {email}; `user list` shows those there are").into()
    })
}
