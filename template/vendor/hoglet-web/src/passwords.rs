//! Passwords: argon2id on the blocking pool, with a bound on how many are hashed at once.
//!
//! One hash takes tens of milliseconds and 19 MiB. Without the bound a flood of log-ins would take
//! every core and all memory from the pages.
//!
//! A password is brought into its normal form first (NFKC, as NIST SP 800-63B has it): an `ä` is the
//! same on every keyboard.

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

/// How long a password waits for its place: longer than under load, shorter than visitors wait.
const TIMEOUT: Duration = Duration::from_secs(5);
/// A password for an e-mail that has no account is checked against this hash, so that the answer
/// takes as long as a wrong password's. It has the parameters of [`Hasher::hash`], and no password
/// fits it.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                          AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// An argon2 hash that never shows in `Debug`.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct PasswordHash(pub String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[password hash]")
    }
}

impl PasswordHash {
    /// A hash that no password fits, and that nobody can log in with: of an account that is
    /// entered by link alone, until its owner sets a password. Its salt is fresh, so that sessions
    /// which were begun with the password before are over.
    pub fn unusable() -> Self {
        let mut bytes = [0; 48];
        getrandom::fill(&mut bytes).expect("the system has randomness");
        // With the parameters of a real one: a log-in takes the same time.
        let (salt, hash) = bytes.split_at(16);
        let [salt, hash] = [salt, hash].map(|bytes| STANDARD_NO_PAD.encode(bytes));
        Self(format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${hash}"))
    }

    /// The salt, which is fresh with every hash: it tells one password from the next, and nothing
    /// about either.
    pub fn salt(&self) -> &str {
        self.0.split('$').nth(4).unwrap_or_default()
    }
}

/// Who hashes passwords for whom. Sign-ups have their own share, so that a flood of them holds up no
/// log-in.
#[derive(Debug)]
pub struct Passwords {
    /// For people who have an account.
    pub log_in: Hasher,
    /// For those who make one.
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

/// Hashes and checks passwords, a bounded number at once. One client has half of the places at most,
/// and stands in a line of its own for them: others wait behind few of its requests, not behind all.
#[derive(Debug)]
pub struct Hasher {
    places: Arc<Semaphore>,
    places_of_client: usize,
    clients: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// A place at a [`Hasher`], until it is dropped.
#[derive(Debug)]
pub struct Place {
    _held: [OwnedSemaphorePermit; 2],
}

impl Place {
    /// Hashes a new password.
    ///
    /// # Errors
    ///
    /// 500 where hashing fails.
    pub async fn hash(self, password: String) -> Result<PasswordHash> {
        self.on_blocking_pool(move || {
            let password = text::compatible(&password);
            let hash = Argon2::default().hash_password(password.as_bytes())?;
            Ok(PasswordHash(hash.to_string()))
        })
        .await
    }

    /// Whether the password is the one behind the hash. With no hash the answer is no, after the
    /// same work.
    ///
    /// # Errors
    ///
    /// 500 where the hash is none.
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
            // Held until the work is done, also when the client has gone away meanwhile.
            let _place = self;
            work()
        });
        Ok(done.await??)
    }
}

impl Hasher {
    fn new(places: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            places_of_client: places.div_ceil(2),
            clients: Mutex::default(),
        }
    }

    /// Hashes a new password at a place of its own. `client` is whoever the work is for, such as their
    /// network.
    ///
    /// # Errors
    ///
    /// 503 where no place was free in time.
    pub async fn hash(&self, client: &str, password: String) -> Result<PasswordHash> {
        self.place_in_time(client).await?.hash(password).await
    }

    /// A place, for who does not wait longer than visitors do.
    ///
    /// # Errors
    ///
    /// 503 where no place was free in time.
    pub async fn place_in_time(&self, client: &str) -> Result<Place> {
        let place = tokio::time::timeout(TIMEOUT, self.place(client)).await;
        place.map_err(|_| AppError::busy())
    }

    /// Waits for a place, for other work that is as heavy as hashing. First the client's own line, then
    /// everybody's.
    pub async fn place(&self, client: &str) -> Place {
        const OPEN: &str = "these semaphores are never closed";
        let own = self.line_of(client).acquire_owned().await.expect(OPEN);
        let place = self.places.clone().acquire_owned().await.expect(OPEN);
        Place {
            _held: [own, place],
        }
    }

    fn line_of(&self, client: &str) -> Arc<Semaphore> {
        let mut clients = self
            .clients
            .lock()
            .expect("nobody panics while holding the clients");
        if let Some(line) = clients.get(client).and_then(Weak::upgrade) {
            return line;
        }
        // Clients that wait for nothing any more are forgotten.
        clients.retain(|_, line| line.strong_count() > 0);
        let line = Arc::new(Semaphore::new(self.places_of_client));
        clients.insert(client.to_owned(), Arc::downgrade(&line));
        line
    }
}
