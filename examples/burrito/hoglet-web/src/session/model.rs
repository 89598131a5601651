//! Sessions: what the session store keeps. A row knows its user, so that a change of password can
//! end the user's other sessions.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

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

/// Ends a visitor's session. Returns whether this call ended it: of two log-ins at once one does.
///
/// # Errors
///
/// Where the database does not answer.
pub async fn end_visitors(database: &impl ConnectionTrait, id: &str) -> Result<bool, DbErr> {
    let deleted = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::UserId.is_null())
        .exec(database)
        .await?;
    Ok(deleted.rows_affected > 0)
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
