//! Passwords: argon2id on the blocking pool, with a bound on how many are hashed at once.
//!
//! One hash takes tens of milliseconds and 19 MiB. Without the bound a flood of log-ins would take
//! every core and all memory from the pages.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};
use axum::http::StatusCode;
use tokio::sync::Semaphore;

use crate::error::{AppError, Result};
use crate::models::user::PasswordHash;

/// How long a password waits for its turn: longer than under load, shorter than visitors wait.
const TURN_TIMEOUT: Duration = Duration::from_secs(5);
/// A password for an e-mail that has no account is checked against this hash, so that the answer
/// takes as long as a wrong password's. It has the parameters of `Passwords::hash`, and no password
/// fits it.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                          AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[derive(Clone)]
pub struct Passwords {
    /// One for each password that may be hashed at the same time.
    permits: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            permits: Arc::new(Semaphore::new(cores)),
        }
    }
}

impl Passwords {
    pub async fn hash(&self, password: String) -> Result<PasswordHash> {
        self.on_blocking_pool(move || {
            let hash = Argon2::default().hash_password(password.as_bytes())?;
            Ok(PasswordHash(hash.to_string()))
        })
        .await
    }

    /// Whether the password is the one behind the hash. With no hash the answer is no, after the
    /// same work.
    pub async fn verify(&self, password: String, hash: Option<&PasswordHash>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.map_or(DUMMY_HASH, |hash| &hash.0).to_owned();
        let matches = self
            .on_blocking_pool(move || {
                let hash = phc::PasswordHash::new(&hash)?;
                Ok(Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok())
            })
            .await?;
        Ok(known && matches)
    }

    async fn on_blocking_pool<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> std::result::Result<T, argon2::password_hash::Error> + Send + 'static,
    ) -> Result<T> {
        let Ok(permit) =
            tokio::time::timeout(TURN_TIMEOUT, self.permits.clone().acquire_owned()).await
        else {
            return Err(AppError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Many people are logging in right now. Try again in a few seconds.",
            )
            .retry_after(Duration::from_secs(5)));
        };
        let permit = permit.expect("the semaphore is never closed");
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work is done, also when the client has gone away meanwhile.
            let _permit = permit;
            work()
        });
        Ok(done.await??)
    }
}
