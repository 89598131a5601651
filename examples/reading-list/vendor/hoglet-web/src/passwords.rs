//! Passwords: hashed with argon2id on the blocking pool, a limited number at a time.
//!
//! One hash takes tens of milliseconds and 19 MiB. Without the limit a flood of log-ins would use all cores
//! and all memory, and no page would be answered.
//!
//! A password is normalized before it is hashed (NFKC, as NIST SP 800-63B recommends), because keyboards may
//! encode an `ä` in different ways.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sea_orm::DeriveValueType;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{AppError, Result};
use crate::text;

pub mod rule;

/// How long a password waits for a permit: long enough for normal load, and short enough for visitors.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The hash for an e-mail address without an account.
///
/// The password is checked against this hash, so that the answer takes as long as for a wrong password. The
/// hash has the parameters of [`Hasher::hash`], and matches no password.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                          AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// An argon2 hash. Its `Debug` hides it.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct PasswordHash(pub String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[password hash]")
    }
}

impl PasswordHash {
    /// A hash that matches no password, for an account whose owner logs in by link until they set a password.
    ///
    /// Its salt is new, which ends all sessions that began with an earlier password.
    pub fn unusable() -> Self {
        let mut bytes = [0; 48];
        getrandom::fill(&mut bytes).expect("the system has randomness");
        // With the parameters of a real hash, so that a log-in takes the same time.
        let (salt, hash) = bytes.split_at(16);
        let [salt, hash] = [salt, hash].map(|bytes| STANDARD_NO_PAD.encode(bytes));
        Self(format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${hash}"))
    }

    /// The salt. It is new for every hash, so it identifies a password without revealing anything about it.
    pub fn salt(&self) -> &str {
        self.0.split('$').nth(4).unwrap_or_default()
    }
}

/// The hashers of an app. Sign-ups have their own, so that a flood of sign-ups does not delay log-ins.
#[derive(Debug)]
pub struct Passwords {
    /// For existing accounts.
    pub log_in: Hasher,
    /// For new accounts.
    pub sign_up: Hasher,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            log_in: Hasher::new(cores.max(2)),
            sign_up: Hasher::new(cores.div_ceil(2)),
        }
    }
}

/// Hashes and checks a limited number of passwords at a time.
///
/// One client gets at most half of the permits. It waits for them in its own queue, so that its requests do
/// not delay all others.
#[derive(Debug)]
pub struct Hasher {
    permits: Arc<Semaphore>,
    permits_of_client: usize,
    clients: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// The permission to hash one password, until it is dropped.
#[derive(Debug)]
pub struct Permit {
    _held: [OwnedSemaphorePermit; 2],
}

impl Permit {
    /// Hashes a new password.
    ///
    /// # Errors
    ///
    /// 500 if hashing fails.
    pub async fn hash(self, password: String) -> Result<PasswordHash> {
        self.on_blocking_pool(move || {
            let password = text::compatible(&password);
            let hash = Argon2::default().hash_password(password.as_bytes())?;
            Ok(PasswordHash(hash.to_string()))
        })
        .await
    }

    /// Whether the password matches the hash. Without a hash it is `false`, after the same work.
    ///
    /// # Errors
    ///
    /// 500 if the hash is malformed.
    pub async fn verify(self, password: String, hash: Option<&PasswordHash>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.map_or(DUMMY_HASH, |hash| &hash.0).to_owned();
        let matches = self.on_blocking_pool(move || {
            let password = text::compatible(&password);
            let hash = phc::PasswordHash::new(&hash)?;
            Ok(Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok())
        });
        Ok(matches.await? && known)
    }

    async fn on_blocking_pool<T: Send + 'static>(
        self,
        work: impl FnOnce() -> std::result::Result<T, argon2::password_hash::Error> + Send + 'static,
    ) -> Result<T> {
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even if the request is cancelled.
            let _permit = self;
            work()
        });
        Ok(done.await??)
    }
}

impl Hasher {
    fn new(permits: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(permits)),
            permits_of_client: permits.div_ceil(2),
            clients: Mutex::default(),
        }
    }

    /// Hashes a new password. `client` identifies the client, for example by its network.
    ///
    /// # Errors
    ///
    /// 503 if no permit was free in time.
    pub async fn hash(&self, client: &str, password: String) -> Result<PasswordHash> {
        self.permit(client).await?.hash(password).await
    }

    /// Waits for a permit for a limited time.
    ///
    /// # Errors
    ///
    /// 503 if no permit was free in time.
    pub async fn permit(&self, client: &str) -> Result<Permit> {
        let permit = tokio::time::timeout(TIMEOUT, self.permit_without_timeout(client)).await;
        permit.map_err(|_| AppError::busy())
    }

    /// Waits for a permit without a timeout: first in the client's own queue, then in the common one.
    pub async fn permit_without_timeout(&self, client: &str) -> Permit {
        const OPEN: &str = "these semaphores are never closed";
        let own = self.queue_of(client).acquire_owned().await.expect(OPEN);
        let shared = self.permits.clone().acquire_owned().await.expect(OPEN);
        Permit {
            _held: [own, shared],
        }
    }

    fn queue_of(&self, client: &str) -> Arc<Semaphore> {
        let mut clients = self
            .clients
            .lock()
            .expect("no code panics while it holds this lock");
        if let Some(queue) = clients.get(client).and_then(Weak::upgrade) {
            return queue;
        }
        // Removes clients without requests.
        clients.retain(|_, queue| queue.strong_count() > 0);
        let queue = Arc::new(Semaphore::new(self.permits_of_client));
        clients.insert(client.to_owned(), Arc::downgrade(&queue));
        queue
    }
}
