//! `seed`: somebody to log in as.

use std::process::ExitCode;

use hoglet_web::app::CommandResult;
use hoglet_web::cli::{open_database, print_line};
use hoglet_web::database::Migrations;
use hoglet_web::email::Email;
use hoglet_web::passwords::Passwords;
use hoglet_web::settings::Settings;

use crate::migrations::Migrator;
use crate::models::user;

const EMAIL: &str = "demo@example.com";
const PASSWORD: &str = "demo-password";

/// A user with a well-known password, for development.
pub async fn seed(settings: Settings) -> CommandResult {
    if settings.production() {
        return Err(
            "seed makes a user with a well-known password; it does not run in production".into(),
        );
    }
    let database = open_database(&settings, Migrations::of::<Migrator>()).await?;
    let email = Email::normalized(EMAIL);
    if user::find_by_email(&database, &email).await?.is_some() {
        print_line(format_args!(
            "{EMAIL} is there already; its password was {PASSWORD} when it was made"
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    let password_hash = Passwords::default()
        .sign_up
        .hash("seed", PASSWORD.into())
        .await
        .map_err(|_| "the password could not be hashed")?;
    if let Some(user) = user::create(&database, email, "Demo User", password_hash).await? {
        user::confirm(&database, user).await?;
    }
    print_line(format_args!("made {EMAIL} with the password {PASSWORD}"))?;
    Ok(ExitCode::SUCCESS)
}
