//! Sessions: what the session store keeps. A row knows its user, so that they can see where they
//! are logged in, and a change of password can end their other sessions.

use std::cmp::Reverse;

use sea_orm::entity::prelude::*;
use serde::Serialize;
use time::OffsetDateTime;

use super::agent;
use crate::database;

/// The row of a session that holds something. An empty one has none.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    /// A secret: the session cookie holds it, signed.
    pub id: String,
    /// Who is signed in; none for a visitor.
    pub user_id: Option<Uuid>,
    /// The session's values as a JSON object.
    pub data: String,
    /// From then on it counts as absent, and housekeeping takes it away.
    pub expires_at: TimeDateTimeWithTimeZone,
    /// What others may know it by: `id` is shown to nobody.
    #[sea_orm(unique)]
    pub handle: Uuid,
    /// For a user's session, when they logged in.
    pub started_at: TimeDateTimeWithTimeZone,
    /// Written along with other changes, and some minutes late at most then: reading pages costs
    /// no write for it.
    pub last_seen_at: TimeDateTimeWithTimeZone,
    /// The browser's own words, cut short; empty for a visitor's session.
    pub user_agent: String,
    /// The network that they were seen in last; empty for a visitor's session.
    pub address: String,
    /// Whether it outlives the browser.
    pub remembered: bool,
}

/// None: the table of users is the app's.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Ends every session of a user but one. Returns how many ended.
///
/// # Errors
///
/// Where the database does not answer.
pub async fn delete_others(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    keep: &str,
) -> Result<u64, DbErr> {
    let deleted = Entity::delete_many()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Id.ne(keep))
        .exec(database)
        .await?;
    Ok(deleted.rows_affected)
}

/// A user's session, as a page shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Names it in addresses and forms.
    pub handle: Uuid,
    /// Such as `Firefox on Linux`.
    pub browser: String,
    /// The network that they were seen in last.
    pub address: String,
    /// When they logged in.
    pub started_at: OffsetDateTime,
    /// At the latest; see [`Model::last_seen_at`].
    pub last_seen_at: OffsetDateTime,
    /// Whether it outlives the browser.
    pub remembered: bool,
    /// Whether it is the one of this request.
    pub is_current: bool,
}

/// A user's sessions that have not expired, the one seen last first. `current` is the
/// [`row_id`](super::Session::row_id) of the request's own.
///
/// # Errors
///
/// Where the database does not answer.
pub async fn of_user(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    current: Option<&str>,
) -> Result<Vec<Listed>, DbErr> {
    let mut rows = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::ExpiresAt.gt(OffsetDateTime::now_utc()))
        .all(database)
        .await?;
    // Not by the database: SQLite compares moments as text.
    rows.sort_by_key(|row| Reverse((row.last_seen_at, row.started_at)));
    let listed = rows.into_iter().map(|row| Listed {
        is_current: current == Some(&*row.id),
        handle: row.handle,
        browser: agent::label(&row.user_agent),
        address: row.address,
        started_at: row.started_at,
        last_seen_at: row.last_seen_at,
        remembered: row.remembered,
    });
    Ok(listed.collect())
}

/// Whether a user is signed in at a network: a session that has not expired was seen there last.
///
/// # Errors
///
/// Where the database does not answer.
pub async fn has_one_at(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    address: &str,
) -> Result<bool, DbErr> {
    let rows = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Address.eq(address))
        .filter(Column::ExpiresAt.gt(OffsetDateTime::now_utc()))
        .count(database)
        .await?;
    Ok(rows > 0)
}

/// Ends one of a user's sessions. Returns whether there was one: another user's is none.
///
/// # Errors
///
/// Where the database does not answer.
pub async fn end_one(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    handle: Uuid,
) -> Result<bool, DbErr> {
    let deleted = Entity::delete_many()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Handle.eq(handle))
        .exec(database)
        .await?;
    Ok(deleted.rows_affected > 0)
}

/// Ends the session of this [`row_id`](super::Session::row_id). Returns whether this call ended it.
///
/// # Errors
///
/// Where the database does not answer.
pub(crate) async fn end(database: &impl ConnectionTrait, id: &str) -> Result<bool, DbErr> {
    let deleted = Entity::delete_by_id(id).exec(database).await?;
    Ok(deleted.rows_affected > 0)
}

/// Ends every session of a user. Returns how many ended.
///
/// # Errors
///
/// Where the database does not answer.
pub async fn end_all(database: &impl ConnectionTrait, user_id: Uuid) -> Result<u64, DbErr> {
    let deleted = Entity::delete_many()
        .filter(Column::UserId.eq(user_id))
        .exec(database)
        .await?;
    Ok(deleted.rows_affected)
}

/// Removes expired rows. Returns how many went.
///
/// # Errors
///
/// Where the database does not answer; what was deleted before stays deleted.
pub async fn delete_expired(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let expired = Column::ExpiresAt.lte(OffsetDateTime::now_utc());
    database::delete_in_slices::<Entity>(database, Column::Id, expired).await
}
