//! `seed`: a user to log in as, for development.

use std::process::ExitCode;

use hoglet_web::app::CommandResult;
use hoglet_web::cli::{open_database, print_line};
use hoglet_web::database::Migrations;
use hoglet_web::passwords::Passwords;
use hoglet_web::settings::Settings;

use crate::migrations::Migrator;
use crate::models::about_user::{AboutUser, NewUser};
use crate::prelude::*;

const EMAIL: &str = "demo@example.com";
const PASSWORD: &str = "demo-password";

/// Creates a user with a well-known password.
pub async fn seed(settings: Settings) -> CommandResult {
    if settings.production() {
        return Err(
            "seed creates a user with a well-known password; it does not run in production".into(),
        );
    }
    let database = open_database(&settings, Migrations::of::<Migrator>()).await?;
    let passwords = Passwords::default();
    let hashing = passwords.sign_up.hash("seed", PASSWORD.into());
    let new = NewUser {
        email: Email::normalized(EMAIL),
        about: AboutUser {
            name: "Demo User".to_owned(),
        },
        password_hash: hashing
            .await
            .map_err(|_| "the password could not be hashed")?,
    };
    match new.insert(&database).await? {
        Some(user) => {
            user::confirm(&database, user).await?;
            print_line(format_args!("created {EMAIL} with the password {PASSWORD}"))?;
        }
        None => print_line(format_args!(
            "{EMAIL} exists already; its password was {PASSWORD} at first"
        ))?,
    }
    Ok(ExitCode::SUCCESS)
}
