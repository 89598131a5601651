//! [`Room`]: counts the attempts of an account and of a network against a throttle.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;
use sea_orm::{DatabaseBackend, DatabaseTransaction, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

use super::attempt::{ActiveModel, Column, Entity, Model};
use super::limit::{Throttle, WINDOW};
use crate::timestamp::milliseconds;

/// How long room stays reserved: longer than the check of a password takes.
///
/// After that the attempt counts.
const RESERVATION: Duration = Duration::seconds(10);

/// Whether there is room for one more attempt.
pub(super) enum Room {
    Free,
    /// Not now, but maybe soon: some of the room is only reserved.
    Reserved,
    /// Not before this time has passed.
    Full(Duration),
}

/// Inserts a row if there is room for it.
///
/// No other transaction counts the same account or network meanwhile:
///
/// - On SQLite the transaction has the only write lock since it began.
/// - On PostgreSQL two concurrent transactions would not see each other's row, and both would find the last
///   room free. So each takes a lock for the account and one for the network. One statement takes both, in
///   sorted order, which prevents deadlocks. Later statements see everything that was committed before.
pub(super) async fn insert(
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

/// The number of an advisory lock. If two happen to be equal, their transactions wait for each other.
fn lock(action: &str, hashed: &str) -> i64 {
    let hash = Sha256::digest(format!("{action} {hashed}"));
    let bytes = hash.first_chunk().expect("a SHA-256 has 32 bytes");
    i64::from_be_bytes(*bytes)
}

pub(super) async fn room(
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
        // Rows from the future were written with a wrong clock.
        .add(Column::AttemptedAt.lt(within.end));
    for (of, limit) in bounds {
        let counted = counted.clone().add(of);
        if nth_newest(database, counted.clone(), limit)
            .await?
            .is_none()
        {
            continue;
        }
        // There is room again when this attempt is older than the window.
        let settled = counted.add(settled(now));
        return Ok(match nth_newest(database, settled, limit).await? {
            Some(at) => Room::Full(Duration::milliseconds(at - within.start)),
            None => Room::Reserved,
        });
    }
    Ok(Room::Free)
}

/// Attempts that certainly count: they have no reservation, or one that has expired.
pub(super) fn settled(now: OffsetDateTime) -> Condition {
    Condition::any()
        .add(Column::Pending.eq(false))
        .add(Column::AttemptedAt.lte(milliseconds(now - RESERVATION)))
}

/// The time of the `n`-th newest of some attempts.
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
