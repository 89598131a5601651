//! The links between visitors and users.
//!
//! The primary key is the visitor id, so one id is linked once, even if requests run in parallel or are replayed.
//!
//! PostHog refuses to merge two identified persons, but it silently adds a brand-new user to the person that an
//! already linked visitor id belongs to. So linking an id twice would merge two users into one person. Source:
//! <https://posthog.com/docs/product-analytics/identify>, and the code of PostHog's ingestion.
//!
//! The table is also the outbox of `$identify`: see `outbox`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect, TryInsertResult};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::posthog::Visitor;
use crate::{database, visitor};

/// A visitor who became a user.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "visitor_links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    /// The primary key: an id is linked once.
    pub visitor_id: Uuid,
    /// The user that the visitor became.
    pub user_id: Uuid,
    /// The visitor's `$initial_…` properties as a JSON object.
    #[sea_orm(column_type = "Text")]
    pub first_touch: String,
    /// When the visitor logged in.
    pub linked_at: TimeDateTimeWithTimeZone,
    /// When PostHog accepted the `$identify`. `None` until then.
    pub acknowledged_at: Option<TimeDateTimeWithTimeZone>,
}

/// No relations: the table of users belongs to the app.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The visitor of this link, for `$identify`.
    pub fn visitor(&self) -> Visitor {
        Visitor {
            id: self.visitor_id,
            first_touch: serde_json::from_str(&self.first_touch).unwrap_or_default(),
        }
    }
}

/// Links a visitor to a user.
///
/// If the id already belongs to another user, a fresh id is linked instead, without a first touch, which is the
/// other user's. An existing link stays as it is, so that a second attempt after a crash changes nothing.
///
/// # Errors
///
/// If the database does not answer.
pub async fn link(
    database: &impl ConnectionTrait,
    visitor_id: Uuid,
    user_id: Uuid,
    first_touch: &Map<String, Value>,
) -> Result<Model, DbErr> {
    let link = Model {
        visitor_id,
        user_id,
        first_touch: Value::from(first_touch.clone()).to_string(),
        linked_at: OffsetDateTime::now_utc(),
        acknowledged_at: None,
    };
    if insert(database, &link).await? {
        return Ok(link);
    }
    let linked = Entity::find_by_id(visitor_id).one(database).await?;
    if let Some(linked) = linked.filter(|linked| linked.user_id == user_id) {
        return Ok(linked);
    }
    let fresh = Model {
        visitor_id: visitor::new_id(),
        first_touch: "{}".into(),
        ..link
    };
    insert(database, &fresh).await?;
    Ok(fresh)
}

async fn insert(database: &impl ConnectionTrait, link: &Model) -> Result<bool, DbErr> {
    let inserted = Entity::insert(ActiveModel::from(link.clone()))
        .on_conflict_do_nothing_on([Column::VisitorId])
        .exec_without_returning(database)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
}

/// All visitor ids of a user, as far as their links are still stored.
///
/// # Errors
///
/// If the database does not answer.
pub async fn ids_of_user(
    database: &impl ConnectionTrait,
    user_id: Uuid,
) -> Result<Vec<Uuid>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::VisitorId)
        .filter(Column::UserId.eq(user_id))
        .into_tuple()
        .all(database)
        .await
}

/// The next links, at most `limit`, that PostHog has not acknowledged.
///
/// They were made before `linked_before`, and their visitor ids are greater than `after`.
///
/// # Errors
///
/// If the database does not answer.
pub async fn unacknowledged(
    database: &impl ConnectionTrait,
    linked_before: OffsetDateTime,
    after: Uuid,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::AcknowledgedAt.is_null())
        .filter(Column::VisitorId.gt(after))
        .filter(Column::LinkedAt.lte(linked_before))
        .order_by_asc(Column::VisitorId)
        .limit(limit)
        .all(database)
        .await
}

/// Marks links as acknowledged by PostHog.
///
/// # Errors
///
/// If the database does not answer.
pub async fn acknowledge(
    database: &impl ConnectionTrait,
    visitor_ids: Vec<Uuid>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .set(ActiveModel {
            acknowledged_at: Set(Some(OffsetDateTime::now_utc())),
            ..Default::default()
        })
        .filter(Column::VisitorId.is_in(visitor_ids))
        .filter(Column::AcknowledgedAt.is_null())
        .exec(database)
        .await?;
    Ok(())
}

/// Removes the links of expired ids, because these ids cannot be linked again.
///
/// Links that PostHog has not acknowledged are kept for another year. Returns the number of removed links.
///
/// # Errors
///
/// If the database does not answer. Links that were deleted before stay deleted.
pub async fn delete_old(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let now = OffsetDateTime::now_utc();
    let acknowledged_or_given_up = Condition::any()
        .add(Column::AcknowledgedAt.is_not_null())
        .add(Column::LinkedAt.lt(now - visitor::LIFETIME));
    let old = Condition::all()
        .add(Column::VisitorId.lt(visitor::oldest_valid_id(now)))
        .add(acknowledged_or_given_up);
    database::delete_in_slices::<Entity>(database, Column::VisitorId, old).await
}
