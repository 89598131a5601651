//! Failed log-ins, the memory of the throttle. Only failures write a row, and every process on the
//! database sees them.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect};
use time::{Duration, OffsetDateTime};

use super::user::Email;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log_in_failures")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub email: Email,
    pub address: String,
    pub failed_at: TimeDateTimeWithTimeZone,
}

impl ActiveModelBehavior for ActiveModel {}

/// How long a failure counts.
const WINDOW: Duration = Duration::minutes(5);
/// One address guessing at one account. The rightful owner, at another address, is not held up.
const PER_ACCOUNT_AND_ADDRESS: u64 = 5;
/// Many addresses guessing at one account. What stays open: an attacker with many addresses can lock
/// the owner out while the attack lasts. Without this bound they could go on guessing instead.
const PER_ACCOUNT: u64 = 50;
/// One address guessing at many accounts.
const PER_ADDRESS: u64 = 30;

/// How long this pair has to wait before the next try; `None` when it need not.
pub async fn retry_after(
    database: &impl ConnectionTrait,
    email: &str,
    address: &str,
) -> Result<Option<Duration>, DbErr> {
    let of_account = Column::Email.eq(email);
    let of_address = Column::Address.eq(address);
    let limits = [
        (
            Condition::all()
                .add(of_account.clone())
                .add(of_address.clone()),
            PER_ACCOUNT_AND_ADDRESS,
        ),
        (Condition::all().add(of_account), PER_ACCOUNT),
        (Condition::all().add(of_address), PER_ADDRESS),
    ];
    let now = OffsetDateTime::now_utc();
    for (condition, limit) in limits {
        // The failure whose expiry makes room again: the limit-th newest one.
        let nth: Option<OffsetDateTime> = Entity::find()
            .select_only()
            .column(Column::FailedAt)
            .filter(condition)
            .filter(Column::FailedAt.gt(now - WINDOW))
            .order_by_desc(Column::FailedAt)
            .offset(limit - 1)
            .limit(1)
            .into_tuple()
            .one(database)
            .await?;
        if let Some(failed_at) = nth {
            return Ok(Some((failed_at + WINDOW - now).max(Duration::SECOND)));
        }
    }
    Ok(None)
}

pub async fn record(
    database: &impl ConnectionTrait,
    email: &str,
    address: &str,
) -> Result<(), DbErr> {
    let failure = ActiveModel {
        id: Set(Uuid::new_v4()),
        email: Set(Email(email.to_owned())),
        address: Set(address.to_owned()),
        failed_at: Set(OffsetDateTime::now_utc()),
    };
    Entity::insert(failure)
        .exec_without_returning(database)
        .await?;
    Ok(())
}

/// A success clears what the same address got wrong on this account.
pub async fn forget(
    database: &impl ConnectionTrait,
    email: &str,
    address: &str,
) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::Email.eq(email))
        .filter(Column::Address.eq(address))
        .exec(database)
        .await?;
    Ok(())
}

pub async fn delete_expired(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let expired = Column::FailedAt.lte(OffsetDateTime::now_utc() - WINDOW);
    Ok(Entity::delete_many()
        .filter(expired)
        .exec(database)
        .await?
        .rows_affected)
}
