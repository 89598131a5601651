//! `seed`: a demo user to log in with.

use std::process::ExitCode;

use super::{Outcome, connect};
use crate::database;
use crate::models::user;
use crate::passwords::Passwords;
use crate::settings::Settings;

const EMAIL: &str = "demo@example.com";
const PASSWORD: &str = "demo-password";

pub async fn seed(settings: Settings) -> Outcome {
    if settings.production() {
        return Err(
            "seed makes a user with a well-known password; it does not run in production".into(),
        );
    }
    let database = connect(&settings).await?;
    let database = database::migrated(database, &settings.database_url).await?;
    if user::find_by_email(&database, EMAIL).await?.is_some() {
        println!("{EMAIL} is there already; its password was {PASSWORD} when it was made");
        return Ok(ExitCode::SUCCESS);
    }
    let password_hash = Passwords::default()
        .sign_up
        .hash("seed", PASSWORD.into())
        .await
        .map_err(|_| "the password could not be hashed")?;
    user::create(&database, EMAIL, "Demo User", password_hash).await?;
    println!("made {EMAIL} with the password {PASSWORD}");
    Ok(ExitCode::SUCCESS)
}
