//! [`Attempts`]: counts attempts in the database.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use sea_orm::{DatabaseConnection, DatabaseTransaction};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::attempt::{Column, Entity, Model};
use super::keyed_hash::KeyedHash;
use super::known_network;
use super::limit::{Throttle, WINDOW};
use super::reservation::Reservation;
use super::room::{Room, insert, room, settled};
use crate::database::{self, begin};
use crate::email::Email;
use crate::error::{AppError, Result};
use crate::session::model as sessions;
use crate::settings::Secret;
use crate::timestamp::milliseconds;

/// How long an attempt waits for room that others have reserved.
const MAX_WAIT: Duration = Duration::from_secs(5);
/// How often a waiting attempt checks for room.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// One attempt, for a throttle to count.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The e-mail address of the account, whether the account exists or not.
    pub email: &'a Email,
    /// The network of the client, see [`RequestInfo::network`](crate::request::RequestInfo::network).
    pub network: &'a str,
    /// Whether the account is known at this network, see [`Attempts::is_known`].
    pub known: bool,
}

/// The table of attempts. All processes share it.
#[derive(Clone)]
pub struct Attempts {
    database: DatabaseConnection,
    hash: KeyedHash,
}

impl Attempts {
    /// Hashes accounts and networks with a key that is derived from `secret_key`.
    pub fn new(database: DatabaseConnection, secret_key: &Secret) -> Self {
        let hash = KeyedHash::new(secret_key);
        Self { database, hash }
    }

    /// Counts an attempt if there is room for it.
    ///
    /// # Errors
    ///
    /// 429 with `Retry-After` if there is no room, 500 if the database fails.
    pub async fn count(&self, throttle: &Throttle, attempt: Attempt<'_>) -> Result<()> {
        self.admit(throttle, self.row(throttle, attempt)).await
    }

    /// Counts an attempt in a transaction that was begun with [`begin`].
    ///
    /// Returns whether there was room; the transaction can go on in both cases.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn count_in(
        &self,
        transaction: &DatabaseTransaction,
        throttle: &Throttle,
        attempt: Attempt<'_>,
    ) -> Result<bool, DbErr> {
        let room = insert(transaction, throttle, self.row(throttle, attempt)).await?;
        Ok(matches!(room, Room::Free))
    }

    /// Reserves room for an attempt until it is known whether it counts.
    ///
    /// If the rest of the room is reserved, other attempts wait for it for a few seconds before they are
    /// refused.
    ///
    /// # Errors
    ///
    /// 429 if there is no room, 503 if it stays reserved, both with `Retry-After`; 500 if the database fails.
    pub async fn reserve(&self, throttle: &Throttle, attempt: Attempt<'_>) -> Result<Reservation> {
        let mut row = self.row(throttle, attempt);
        row.pending = true;
        let reservation = Reservation { id: row.id };
        self.admit(throttle, row).await?;
        Ok(reservation)
    }

    /// Refuses an attempt without room early, before it costs anything. Counts nothing.
    ///
    /// # Errors
    ///
    /// The errors of [`Attempts::count`].
    pub async fn check(&self, throttle: &Throttle, attempt: Attempt<'_>) -> Result<()> {
        match room(&self.database, throttle, &self.row(throttle, attempt)).await? {
            Room::Full(wait) => Err(throttle.refusal(wait)),
            Room::Free | Room::Reserved => Ok(()),
        }
    }

    /// Removes the attempts from a network at an account, after one has succeeded.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn forget(
        &self,
        database: &impl ConnectionTrait,
        throttle: &Throttle,
        email: &Email,
        network: &str,
    ) -> Result<(), DbErr> {
        Entity::delete_many()
            .filter(Column::Action.eq(throttle.action))
            .filter(Column::Account.eq(self.account(email)))
            .filter(Column::Network.eq(self.network(network)))
            .filter(settled(OffsetDateTime::now_utc()))
            .exec(database)
            .await?;
        Ok(())
    }

    /// Records a log-in: after it, the user is known at this network.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn remember(
        &self,
        database: &impl ConnectionTrait,
        user_id: Uuid,
        network: &str,
    ) -> Result<(), DbErr> {
        known_network::remember(database, user_id, self.network(network)).await
    }

    /// Whether a user is logged in at a network, or has logged in there within three months.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn is_known(&self, user_id: Uuid, network: &str) -> Result<bool, DbErr> {
        let hash = self.network(network);
        Ok(
            known_network::has_logged_in_at(&self.database, user_id, hash).await?
                || sessions::has_one_at(&self.database, user_id, network).await?,
        )
    }

    /// Counts an attempt, and waits while the remaining room is only reserved.
    async fn admit(&self, throttle: &Throttle, row: Model) -> Result<()> {
        let deadline = Instant::now() + MAX_WAIT;
        loop {
            match self.try_to_admit(throttle, &row).await? {
                Room::Free => return Ok(()),
                Room::Full(wait) => return Err(throttle.refusal(wait)),
                Room::Reserved if Instant::now() < deadline => {
                    tokio::time::sleep(POLL_INTERVAL).await;
                }
                Room::Reserved => return Err(AppError::busy()),
            }
        }
    }

    async fn try_to_admit(&self, throttle: &Throttle, row: &Model) -> Result<Room, DbErr> {
        // This check takes no lock, so a flood of attempts without room does not slow down others.
        let room = room(&self.database, throttle, row).await?;
        if !matches!(room, Room::Free) {
            return Ok(room);
        }
        let transaction = begin(&self.database).await?;
        let room = insert(&transaction, throttle, row.clone()).await?;
        transaction.commit().await?;
        Ok(room)
    }

    fn row(&self, throttle: &Throttle, attempt: Attempt<'_>) -> Model {
        Model {
            id: Uuid::new_v4(),
            action: throttle.action.to_owned(),
            account: self.account(attempt.email),
            network: self.network(attempt.network),
            known: attempt.known,
            pending: false,
            attempted_at: milliseconds(OffsetDateTime::now_utc()),
        }
    }

    fn account(&self, email: &Email) -> String {
        self.hash.of("account", email.as_str())
    }

    fn network(&self, network: &str) -> String {
        self.hash.of("network", network)
    }
}

/// Removes expired rows. Returns how many were removed.
///
/// # Errors
///
/// If the database fails.
pub async fn delete_expired(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let expired = Column::AttemptedAt.lte(milliseconds(OffsetDateTime::now_utc() - WINDOW));
    database::delete_in_slices::<Entity>(database, Column::Id, expired).await
}
