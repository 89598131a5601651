//! How often each user and each visitor has considered the burrito.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use time::Duration;

use crate::prelude::*;

/// How long a visitor's count is kept after its last change. Counts must end, because a client can
/// begin any number of them.
const VISITORS_LIFETIME: Duration = Duration::days(1);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "burritos")]
pub struct Model {
    /// The user's id, or the visitor's.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user, so that the count is deleted with the account. `None` for a visitor.
    pub user_id: Option<Uuid>,
    pub count: i64,
    pub changed_at: TimeDateTimeWithTimeZone,
}

impl ActiveModelBehavior for ActiveModel {}

/// The owner of a count.
#[derive(Clone, Copy, Debug)]
pub enum Owner {
    User(Uuid),
    Visitor(Uuid),
}

impl Owner {
    fn id(self) -> Uuid {
        match self {
            Self::User(id) | Self::Visitor(id) => id,
        }
    }

    fn user_id(self) -> Option<Uuid> {
        match self {
            Self::User(id) => Some(id),
            Self::Visitor(_) => None,
        }
    }
}

/// The count; 0 if there is no row.
pub async fn count(database: &impl ConnectionTrait, owner: Owner) -> Result<i64, DbErr> {
    let row = Entity::find_by_id(owner.id()).one(database).await?;
    Ok(row.map_or(0, |row| row.count))
}

/// Adds to the count and returns it. The database adds, so two requests at once lose nothing.
pub async fn add(database: &impl ConnectionTrait, owner: Owner, count: i64) -> Result<i64, DbErr> {
    let now = OffsetDateTime::now_utc();
    let first = ActiveModel {
        id: Set(owner.id()),
        user_id: Set(owner.user_id()),
        count: Set(count),
        changed_at: Set(now),
    };
    let more = Expr::col((Entity, Column::Count)).add(count);
    let row = Entity::insert(first)
        .on_conflict(
            OnConflict::column(Column::Id)
                .value(Column::Count, more)
                .value(Column::ChangedAt, now)
                .to_owned(),
        )
        .exec_with_returning(database)
        .await?;
    Ok(row.count)
}

/// Deletes a visitor's count and returns it. Of two log-ins at once, only one gets it.
pub async fn take(database: &impl ConnectionTrait, visitor_id: Uuid) -> Result<i64, DbErr> {
    let taken = Entity::delete_many()
        .filter(Column::Id.eq(visitor_id))
        .filter(Column::UserId.is_null())
        .exec_with_returning(database)
        .await?;
    Ok(taken.iter().map(|row| row.count).sum())
}

/// Deletes the counts of visitors who have not come back.
pub async fn forget_old(database: &impl ConnectionTrait) -> Result<(), DbErr> {
    let long_ago = OffsetDateTime::now_utc() - VISITORS_LIFETIME;
    Entity::delete_many()
        .filter(Column::UserId.is_null())
        .filter(Column::ChangedAt.lt(long_ago))
        .exec(database)
        .await?;
    Ok(())
}
