//! Which visitor became which user. The primary key is the visitor id, so one id is linked once,
//! whatever runs in parallel or is replayed.
//!
//! PostHog refuses to merge two identified persons, but it silently adds a brand-new user to the
//! person that an already linked visitor id belongs to. Linking an id twice would fuse two people.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, TryInsertResult};
use time::OffsetDateTime;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "visitor_links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub visitor_id: Uuid,
    pub user_id: Uuid,
    pub linked_at: TimeDateTimeWithTimeZone,
}

impl ActiveModelBehavior for ActiveModel {}

/// Links a visitor to a user and returns the id that was linked: the visitor's own or, where that
/// one belongs to somebody already, a fresh one.
pub async fn link(
    database: &impl ConnectionTrait,
    visitor_id: Uuid,
    user_id: Uuid,
) -> Result<Uuid, DbErr> {
    if insert(database, visitor_id, user_id).await? {
        return Ok(visitor_id);
    }
    let fresh = Uuid::new_v4();
    insert(database, fresh, user_id).await?;
    Ok(fresh)
}

async fn insert(
    database: &impl ConnectionTrait,
    visitor_id: Uuid,
    user_id: Uuid,
) -> Result<bool, DbErr> {
    let link = ActiveModel {
        visitor_id: Set(visitor_id),
        user_id: Set(user_id),
        linked_at: Set(OffsetDateTime::now_utc()),
    };
    let inserted = Entity::insert(link)
        .on_conflict_do_nothing_on([Column::VisitorId])
        .exec_without_returning(database)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
}
