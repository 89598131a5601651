//! [`Attempts`]: the table of attempts, and the one place that counts in it.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;
use sea_orm::{
    ActiveValue::Set, DatabaseBackend, DatabaseConnection, DatabaseTransaction, QueryOrder,
    QuerySelect,
};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use tokio::time::Instant;

use super::attempt::{ActiveModel, Column, Entity, Model};
use super::keyed_hash::KeyedHash;
use super::known_network;
use super::limit::{Throttle, WINDOW};
use crate::database::{self, begin};
use crate::email::Email;
use crate::error::{AppError, Result};
use crate::session::model as sessions;
use crate::settings::Secret;
use crate::timestamp::milliseconds;

/// How long room stays reserved where nobody says what became of it: longer than a password takes.
/// From then on the attempt counts.
const RESERVED: Duration = Duration::seconds(10);
/// How long an attempt waits for room that others have reserved.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
/// How often it looks meanwhile.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(50);

/// Who tries something.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// At which account, whether there is one or not.
    pub email: &'a Email,
    /// From where, see [`RequestInfo::network`](crate::request::RequestInfo::network).
    pub network: &'a str,
    /// Whether the account is known there, see [`Attempts::is_known`].
    pub known: bool,
}

/// The table of attempts, which all processes share.
#[derive(Clone)]
pub struct Attempts {
    database: DatabaseConnection,
    hash: KeyedHash,
}

/// Room that is taken until it is known whether the attempt counts. Where it is dropped instead (its
/// request has ended meanwhile), the attempt counts.
#[derive(Debug)]
#[must_use = "say whether the attempt counts"]
pub struct Reserved {
    id: Uuid,
}

/// Whether there is room for one more.
enum Room {
    Free,
    /// Not now, but maybe in a moment: some of it is only reserved.
    Reserved,
    /// Not for this long.
    None(Duration),
}

impl Attempts {
    /// With the key that belongs to `SECRET_KEY`.
    pub fn new(database: DatabaseConnection, secret_key: &Secret) -> Self {
        let hash = KeyedHash::new(secret_key);
        Self { database, hash }
    }

    /// Counts an attempt, and lets it pass or not.
    ///
    /// # Errors
    ///
    /// 429 with `Retry-After` where there is no room, 500 where the database fails.
    pub async fn count(&self, throttle: &Throttle, who: Who<'_>) -> Result<()> {
        self.enter(throttle, self.row(throttle, who)).await
    }

    /// Counts an attempt in a transaction that goes on, which must have been begun with
    /// [`begin`]. Returns whether there was room for it.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    pub async fn count_in(
        &self,
        transaction: &DatabaseTransaction,
        throttle: &Throttle,
        who: Who<'_>,
    ) -> Result<bool, DbErr> {
        let room = insert(transaction, throttle, self.row(throttle, who)).await?;
        Ok(matches!(room, Room::Free))
    }

    /// Takes room for an attempt, until it is known whether it counts. Others wait for it meanwhile,
    /// for a few seconds, instead of being refused.
    ///
    /// # Errors
    ///
    /// 429 where there is no room, 503 where it stays reserved, both with `Retry-After`; 500 where the
    /// database fails.
    pub async fn reserve(&self, throttle: &Throttle, who: Who<'_>) -> Result<Reserved> {
        let mut row = self.row(throttle, who);
        row.pending = true;
        let reserved = Reserved { id: row.id };
        self.enter(throttle, row).await?;
        Ok(reserved)
    }

    /// Refuses an attempt for which there is no room, before it costs anything. Who is let pass here is
    /// not counted yet.
    ///
    /// # Errors
    ///
    /// As [`Attempts::count`].
    pub async fn check(&self, throttle: &Throttle, who: Who<'_>) -> Result<()> {
        match room(&self.database, throttle, &self.row(throttle, who)).await? {
            Room::None(wait) => Err(throttle.refusal(wait)),
            Room::Free | Room::Reserved => Ok(()),
        }
    }

    /// Forgets what the same network has tried at this account, because it has succeeded.
    ///
    /// # Errors
    ///
    /// Where the database fails.
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
            .filter(decided(OffsetDateTime::now_utc()))
            .exec(database)
            .await?;
        Ok(())
    }

    /// Notes that a user has logged in at a network.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    pub async fn remember(
        &self,
        database: &impl ConnectionTrait,
        user_id: Uuid,
        network: &str,
    ) -> Result<(), DbErr> {
        known_network::remember(database, user_id, self.network(network)).await
    }

    /// Whether a user is signed in at a network, or has logged in there not long ago.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    pub async fn is_known(&self, user_id: Uuid, network: &str) -> Result<bool, DbErr> {
        let hash = self.network(network);
        Ok(
            known_network::has_logged_in_at(&self.database, user_id, hash).await?
                || sessions::has_one_at(&self.database, user_id, network).await?,
        )
    }

    /// Tries until there is room, or none for certain.
    async fn enter(&self, throttle: &Throttle, row: Model) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.try_to_enter(throttle, &row).await? {
                Room::Free => return Ok(()),
                Room::None(wait) => return Err(throttle.refusal(wait)),
                Room::Reserved if Instant::now() < deadline => {
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                Room::Reserved => return Err(AppError::busy()),
            }
        }
    }

    async fn try_to_enter(&self, throttle: &Throttle, row: &Model) -> Result<Room, DbErr> {
        // Looking costs others nothing. A flood that finds no room never gets to the lock.
        let room = room(&self.database, throttle, row).await?;
        if !matches!(room, Room::Free) {
            return Ok(room);
        }
        let transaction = begin(&self.database).await?;
        let room = insert(&transaction, throttle, row.clone()).await?;
        transaction.commit().await?;
        Ok(room)
    }

    fn row(&self, throttle: &Throttle, who: Who<'_>) -> Model {
        Model {
            id: Uuid::new_v4(),
            action: throttle.action.to_owned(),
            account: self.account(who.email),
            network: self.network(who.network),
            known: who.known,
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

impl Reserved {
    /// The attempt counts.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    pub async fn counts(self, database: &impl ConnectionTrait) -> Result<(), DbErr> {
        let settled = ActiveModel {
            pending: Set(false),
            ..Default::default()
        };
        Entity::update_many()
            .set(settled)
            .filter(Column::Id.eq(self.id))
            .exec(database)
            .await?;
        Ok(())
    }

    /// The attempt does not count.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    pub async fn give_back(self, database: &impl ConnectionTrait) -> Result<(), DbErr> {
        Entity::delete_by_id(self.id).exec(database).await?;
        Ok(())
    }
}

/// Inserts a row if there is room for it. Nobody else counts the same account or network meanwhile:
///
/// - on SQLite the transaction has the only write lock, since its beginning;
/// - on PostgreSQL two transactions at once would not see each other's row, and both find the last
///   place free. So they take a lock for the account and one for the network, both in one statement
///   and sorted, so that no two wait for each other. Statements after it see all that was committed
///   before the lock was free.
async fn insert(
    transaction: &DatabaseTransaction,
    throttle: &Throttle,
    mut row: Model,
) -> Result<Room, DbErr> {
    if transaction.get_database_backend() == DatabaseBackend::Postgres {
        let mut locks = [
            lock(&row.action, &row.account),
            lock(&row.action, &row.network),
        ];
        locks.sort_unstable();
        let [first, second] = locks;
        let take =
            format!("SELECT pg_advisory_xact_lock({first}), pg_advisory_xact_lock({second})");
        transaction.execute_unprepared(&take).await?;
    }
    let room = room(transaction, throttle, &row).await?;
    if matches!(room, Room::Free) {
        row.attempted_at = milliseconds(OffsetDateTime::now_utc());
        Entity::insert(ActiveModel::from(row))
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(room)
}

/// Two that happen to be the same only wait for each other.
fn lock(action: &str, who: &str) -> i64 {
    let hash = Sha256::digest(format!("{action} {who}"));
    let bytes = hash.first_chunk().expect("a hash is longer than that");
    i64::from_be_bytes(*bytes)
}

async fn room(
    database: &impl ConnectionTrait,
    throttle: &Throttle,
    row: &Model,
) -> Result<Room, DbErr> {
    let of_account = Column::Account.eq(&row.account);
    let of_network = Column::Network.eq(&row.network);
    let both = Condition::all()
        .add(of_account.clone())
        .add(of_network.clone());
    let mut bounds = vec![
        (both, throttle.account_and_address),
        (Condition::all().add(of_account), throttle.account),
    ];
    if !row.known {
        bounds.push((Condition::all().add(of_network), throttle.address));
    }
    let now = OffsetDateTime::now_utc();
    let within = milliseconds(now - WINDOW)..milliseconds(now + WINDOW);
    let counted = Condition::all()
        .add(Column::Action.eq(&row.action))
        .add(Column::Known.eq(row.known))
        .add(Column::AttemptedAt.gt(within.start))
        // Of a clock that was wrong.
        .add(Column::AttemptedAt.lt(within.end));
    for (of, limit) in bounds {
        let counted = counted.clone().add(of);
        if nth_newest(database, counted.clone(), limit)
            .await?
            .is_none()
        {
            continue;
        }
        // The attempt whose end makes room again.
        let decided = counted.add(decided(now));
        return Ok(match nth_newest(database, decided, limit).await? {
            Some(at) => Room::None(Duration::milliseconds(at - within.start)),
            None => Room::Reserved,
        });
    }
    Ok(Room::Free)
}

/// What is known to count, because it is no longer being checked.
fn decided(now: OffsetDateTime) -> Condition {
    Condition::any()
        .add(Column::Pending.eq(false))
        .add(Column::AttemptedAt.lte(milliseconds(now - RESERVED)))
}

/// When the `n`-th newest of some attempts was made.
async fn nth_newest(
    database: &impl ConnectionTrait,
    of: Condition,
    n: u64,
) -> Result<Option<i64>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::AttemptedAt)
        .filter(of)
        .order_by_desc(Column::AttemptedAt)
        .offset(n - 1)
        .limit(1)
        .into_tuple()
        .one(database)
        .await
}

/// Removes expired rows. Returns how many went.
///
/// # Errors
///
/// Where the database fails.
pub async fn delete_expired(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let expired = Column::AttemptedAt.lte(milliseconds(OffsetDateTime::now_utc() - WINDOW));
    database::delete_in_slices::<Entity>(database, Column::Id, expired).await
}
