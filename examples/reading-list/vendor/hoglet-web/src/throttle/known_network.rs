//! Networks from which the owner of an account has logged in.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use time::{Duration, OffsetDateTime};

use crate::timestamp::milliseconds;

/// How long a network stays known after a log-in.
const LIFETIME: Duration = Duration::days(90);

/// A row of `known_networks`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_networks")]
pub struct Model {
    /// The user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    /// The hash of the network, see [`attempt`](super::attempt).
    #[sea_orm(primary_key, auto_increment = false)]
    pub network: String,
    /// The last log-in, in milliseconds since 1970.
    pub seen_at: i64,
}

/// No relations: the table of users belongs to the app.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Records a log-in.
pub(super) async fn remember(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    network: String,
) -> Result<(), DbErr> {
    let row = Model {
        user_id,
        network,
        seen_at: milliseconds(OffsetDateTime::now_utc()),
    };
    let newer = OnConflict::columns([Column::UserId, Column::Network])
        .update_column(Column::SeenAt)
        .to_owned();
    Entity::insert(ActiveModel::from(row))
        .on_conflict(newer)
        .exec_without_returning(database)
        .await?;
    Ok(())
}

/// Whether a user has logged in at a network within [`LIFETIME`].
pub(super) async fn has_logged_in_at(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    network: String,
) -> Result<bool, DbErr> {
    let row = Entity::find_by_id((user_id, network)).one(database).await?;
    let oldest = milliseconds(OffsetDateTime::now_utc() - LIFETIME);
    Ok(row.is_some_and(|row| row.seen_at > oldest))
}

/// Removes expired rows. Returns how many were removed.
///
/// # Errors
///
/// If the database fails.
pub async fn delete_expired(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let oldest = milliseconds(OffsetDateTime::now_utc() - LIFETIME);
    let expired = Column::SeenAt.lte(oldest);
    let deleted = Entity::delete_many().filter(expired).exec(database).await?;
    Ok(deleted.rows_affected)
}
