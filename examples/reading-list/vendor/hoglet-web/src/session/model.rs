//! The table of sessions.
//!
//! A row has its user's id. So users can see where they are logged in, and a change of password can
//! end their other sessions.

use std::cmp::Reverse;

use sea_orm::entity::prelude::*;
use serde::{Serialize, Serializer};
use time::OffsetDateTime;

use super::user_agent;
use crate::{database, text};

/// A session. An empty session has no row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    /// A secret: the session cookie contains this id, signed.
    pub id: String,
    /// The signed-in user; `None` for a visitor.
    pub user_id: Option<Uuid>,
    /// The session's values as a JSON object.
    pub data: String,
    /// After this time the session counts as absent, and housekeeping removes the row.
    pub expires_at: TimeDateTimeWithTimeZone,
    /// A public id for pages, because `id` is secret.
    #[sea_orm(unique)]
    pub handle: Uuid,
    /// The time of the log-in, for a user's session.
    pub started_at: TimeDateTimeWithTimeZone,
    /// The time of the last visit. Written only together with other changes, so that reading a page
    /// costs no write.
    pub last_seen_at: TimeDateTimeWithTimeZone,
    /// The `User-Agent` header, cut; empty for a visitor's session.
    pub user_agent: String,
    /// The network of the last write; empty for a visitor's session.
    pub address: String,
    /// Whether the user chose “remember me”.
    pub remembered: bool,
}

/// No relations: the table of users belongs to the app.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Ends all sessions of a user except one. Returns how many ended.
///
/// # Errors
///
/// If the database fails.
pub async fn end_others(
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

/// A session of a user, as a page shows it.
#[derive(Clone, Debug, Serialize)]
pub struct UserSession {
    /// Its id for addresses and forms.
    pub handle: Uuid,
    /// Such as `Firefox on Linux`.
    pub browser: String,
    /// The network of the last visit.
    pub address: String,
    /// The time of the log-in.
    #[serde(serialize_with = "in_words")]
    pub started_at: OffsetDateTime,
    /// May be older than the last visit, see [`Model::last_seen_at`].
    #[serde(serialize_with = "in_words")]
    pub last_seen_at: OffsetDateTime,
    /// Whether the user chose “remember me”.
    pub remembered: bool,
    /// Whether it is the session of this request.
    pub is_current: bool,
}

/// Serializes the time as words for templates.
fn in_words<S: Serializer>(moment: &OffsetDateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text::moment(*moment))
}

/// A user's sessions that have not expired, the last used first.
///
/// `current` is the [`row_id`](super::Session::row_id) of this request's session.
///
/// # Errors
///
/// If the database fails.
pub async fn of_user(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    current: Option<&str>,
) -> Result<Vec<UserSession>, DbErr> {
    let mut rows = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::ExpiresAt.gt(OffsetDateTime::now_utc()))
        .all(database)
        .await?;
    // Not sorted by the database: SQLite compares times as text.
    rows.sort_by_key(|row| Reverse((row.last_seen_at, row.started_at)));
    let listed = rows.into_iter().map(|row| UserSession {
        is_current: current == Some(&*row.id),
        handle: row.handle,
        browser: user_agent::describe(&row.user_agent),
        address: row.address,
        started_at: row.started_at,
        last_seen_at: row.last_seen_at,
        remembered: row.remembered,
    });
    Ok(listed.collect())
}

/// Whether a user has a session, not expired, that was last used from this network.
///
/// # Errors
///
/// If the database fails.
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

/// Ends one of a user's sessions. Returns `false` if the user has no such session.
///
/// # Errors
///
/// If the database fails.
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

/// Ends the session with this [`row_id`](super::Session::row_id). Returns whether this call ended it.
///
/// # Errors
///
/// If the database fails.
pub(crate) async fn end(database: &impl ConnectionTrait, id: &str) -> Result<bool, DbErr> {
    let deleted = Entity::delete_by_id(id).exec(database).await?;
    Ok(deleted.rows_affected > 0)
}

/// Ends all sessions of a user. Returns how many ended.
///
/// # Errors
///
/// If the database fails.
pub async fn end_all(database: &impl ConnectionTrait, user_id: Uuid) -> Result<u64, DbErr> {
    let deleted = Entity::delete_many()
        .filter(Column::UserId.eq(user_id))
        .exec(database)
        .await?;
    Ok(deleted.rows_affected)
}

/// Removes expired rows. Returns how many were removed.
///
/// # Errors
///
/// If the database fails. Rows that are already removed stay removed.
pub async fn delete_expired(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let expired = Column::ExpiresAt.lte(OffsetDateTime::now_utc());
    database::delete_in_slices::<Entity>(database, Column::Id, expired).await
}
