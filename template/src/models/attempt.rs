//! Attempts that are bounded: failed log-ins and sign-ups. Every process on the database sees them.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect};
use time::{Duration, OffsetDateTime};

use super::user::Email;
use crate::database;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub action: Action,
    pub email: Email,
    pub address: String,
    pub attempted_at: TimeDateTimeWithTimeZone,
}

impl ActiveModelBehavior for ActiveModel {}

/// What was tried. Each action is counted by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
pub enum Action {
    /// A log-in with a wrong password, or a wrong current password in the profile.
    #[sea_orm(string_value = "log_in")]
    LogIn,
    /// A sign-up whose password was hashed, whether an account came of it or not.
    #[sea_orm(string_value = "sign_up")]
    SignUp,
}

/// How long an attempt counts.
const WINDOW: Duration = Duration::minutes(5);

/// How many attempts a window has room for.
struct Limits {
    /// One address at one account. The rightful owner, at another address, is not held up.
    account_and_address: u64,
    /// Many addresses at one account. What stays open: whoever commands many addresses keeps the
    /// owner from logging in for as long as they go on. Without this bound they would guess for as long.
    account: u64,
    /// One address at many accounts.
    address: u64,
}

impl Action {
    fn limits(self) -> Limits {
        match self {
            Self::LogIn => Limits {
                account_and_address: 5,
                account: 50,
                address: 30,
            },
            // One a second: a school behind one address can sign up together, and hashing their
            // passwords takes a twentieth of a core.
            Self::SignUp => Limits {
                account_and_address: 20,
                account: 100,
                address: 300,
            },
        }
    }
}

/// How long this pair has to wait before the next try; `None` when it need not.
pub async fn retry_after(
    database: &impl ConnectionTrait,
    action: Action,
    email: &str,
    address: &str,
) -> Result<Option<Duration>, DbErr> {
    let limits = action.limits();
    let of_account = Column::Email.eq(email);
    let of_address = Column::Address.eq(address);
    let bounds = [
        (
            Condition::all()
                .add(of_account.clone())
                .add(of_address.clone()),
            limits.account_and_address,
        ),
        (Condition::all().add(of_account), limits.account),
        (Condition::all().add(of_address), limits.address),
    ];
    let now = OffsetDateTime::now_utc();
    for (condition, limit) in bounds {
        // The attempt whose expiry makes room again: the limit-th newest one.
        let nth: Option<OffsetDateTime> = Entity::find()
            .select_only()
            .column(Column::AttemptedAt)
            .filter(Column::Action.eq(action))
            .filter(condition)
            .filter(Column::AttemptedAt.gt(now - WINDOW))
            .order_by_desc(Column::AttemptedAt)
            .offset(limit - 1)
            .limit(1)
            .into_tuple()
            .one(database)
            .await?;
        if let Some(attempted_at) = nth {
            return Ok(Some((attempted_at + WINDOW - now).max(Duration::SECOND)));
        }
    }
    Ok(None)
}

pub async fn record(
    database: &impl ConnectionTrait,
    action: Action,
    email: &str,
    address: &str,
) -> Result<(), DbErr> {
    let attempt = ActiveModel {
        id: Set(Uuid::new_v4()),
        action: Set(action),
        email: Set(Email(email.to_owned())),
        address: Set(address.to_owned()),
        attempted_at: Set(OffsetDateTime::now_utc()),
    };
    Entity::insert(attempt)
        .exec_without_returning(database)
        .await?;
    Ok(())
}

/// A success clears what the same address got wrong on this account.
pub async fn forget(
    database: &impl ConnectionTrait,
    action: Action,
    email: &str,
    address: &str,
) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::Action.eq(action))
        .filter(Column::Email.eq(email))
        .filter(Column::Address.eq(address))
        .exec(database)
        .await?;
    Ok(())
}

/// Removes expired rows. Returns how many went.
pub async fn delete_expired(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let expired = Column::AttemptedAt.lte(OffsetDateTime::now_utc() - WINDOW);
    database::delete_in_slices::<Entity>(database, Column::Id, expired).await
}
