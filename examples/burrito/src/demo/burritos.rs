//! How often each user has considered the burrito.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "burritos")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    pub count: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// A user's count; 0 before their first.
pub async fn count(database: &impl ConnectionTrait, user_id: Uuid) -> Result<i64, DbErr> {
    let row = Entity::find_by_id(user_id).one(database).await?;
    Ok(row.map_or(0, |row| row.count))
}

/// Adds to a user's count and returns how many there are now. The database adds, so that none is lost
/// when two requests come at once.
pub async fn add(database: &impl ConnectionTrait, user_id: Uuid, count: i64) -> Result<i64, DbErr> {
    let first = ActiveModel {
        user_id: Set(user_id),
        count: Set(count),
    };
    let more = Expr::col((Entity, Column::Count)).add(count);
    let row = Entity::insert(first)
        .on_conflict(
            OnConflict::column(Column::UserId)
                .value(Column::Count, more)
                .to_owned(),
        )
        .exec_with_returning(database)
        .await?;
    Ok(row.count)
}
