//! Throttles: how often something may be tried, by account and by address.
//!
//! A throttle is a constant of the app's. Its attempts are rows in the database, so that it holds for
//! all processes together, and after a restart.

use axum::http::StatusCode;
use sea_orm::sea_query::Condition;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::database;
use crate::email::Email;
use crate::error::{AppError, Result};
use crate::throttle::attempt::{ActiveModel, Column, Entity};

pub mod attempt;

/// How long an attempt counts.
const WINDOW: Duration = Duration::minutes(5);

/// How many attempts five minutes have room for.
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    /// What is tried, such as `log_in`. Each action is counted by itself.
    pub action: &'static str,
    /// One address at one account. The rightful owner, at another address, is not held up.
    pub account_and_address: u64,
    /// Many addresses at one account. What stays open: whoever commands many addresses keeps the
    /// owner from logging in for as long as they go on. Without this bound they would guess for as long.
    pub account: u64,
    /// One address at many accounts.
    pub address: u64,
    /// What is said to who has tried too often.
    pub message: &'static str,
}

impl Throttle {
    /// Lets the next attempt pass, or not, whether or not it would succeed.
    ///
    /// # Errors
    ///
    /// 429 with `Retry-After` after too many attempts.
    pub async fn check(
        &self,
        database: &impl ConnectionTrait,
        email: &Email,
        address: &str,
    ) -> Result<()> {
        match self.retry_after(database, email, address).await? {
            None => Ok(()),
            Some(wait) => {
                let error = AppError::new(StatusCode::TOO_MANY_REQUESTS, self.message);
                Err(error.retry_after(wait.unsigned_abs()))
            }
        }
    }

    /// How long this pair has to wait before the next try; `None` when it need not.
    async fn retry_after(
        &self,
        database: &impl ConnectionTrait,
        email: &Email,
        address: &str,
    ) -> Result<Option<Duration>, DbErr> {
        let of_account = Column::Email.eq(email.clone());
        let of_address = Column::Address.eq(address);
        let both = Condition::all()
            .add(of_account.clone())
            .add(of_address.clone());
        let bounds = [
            (both, self.account_and_address),
            (Condition::all().add(of_account), self.account),
            (Condition::all().add(of_address), self.address),
        ];
        let now = OffsetDateTime::now_utc();
        for (condition, limit) in bounds {
            // The attempt whose expiry makes room again: the limit-th newest one.
            let nth: Option<OffsetDateTime> = Entity::find()
                .select_only()
                .column(Column::AttemptedAt)
                .filter(Column::Action.eq(self.action))
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

    /// Counts an attempt.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    pub async fn record(
        &self,
        database: &impl ConnectionTrait,
        email: &Email,
        address: &str,
    ) -> Result<(), DbErr> {
        let attempt = ActiveModel {
            id: Set(Uuid::new_v4()),
            action: Set(self.action.to_owned()),
            email: Set(email.clone()),
            address: Set(address.to_owned()),
            attempted_at: Set(OffsetDateTime::now_utc()),
        };
        Entity::insert(attempt)
            .exec_without_returning(database)
            .await?;
        Ok(())
    }

    /// Forgets what the same address has tried at this account, because it has succeeded.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    pub async fn forget(
        &self,
        database: &impl ConnectionTrait,
        email: &Email,
        address: &str,
    ) -> Result<(), DbErr> {
        Entity::delete_many()
            .filter(Column::Action.eq(self.action))
            .filter(Column::Email.eq(email.clone()))
            .filter(Column::Address.eq(address))
            .exec(database)
            .await?;
        Ok(())
    }
}

/// Removes expired rows. Returns how many went.
///
/// # Errors
///
/// Where the database fails.
pub async fn delete_expired(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let expired = Column::AttemptedAt.lte(OffsetDateTime::now_utc() - WINDOW);
    database::delete_in_slices::<Entity>(database, Column::Id, expired).await
}
