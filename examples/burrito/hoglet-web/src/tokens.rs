//! Tokens: what makes a link in a mail worth something, such as the one that resets a password.
//!
//! A token is 32 random bytes. The database knows its hash only, so that whoever reads the
//! database, or a backup of it, can follow no link. Each purpose is a constant of the app's:
//!
//! ```
//! use hoglet_web::tokens::Purpose;
//! use time::Duration;
//!
//! const RESET_PASSWORD: Purpose = Purpose {
//!     name: "reset_password",
//!     lifetime: Duration::hours(1),
//! };
//! ```
//!
//! Looking at a link changes nothing ([`Purpose::find`]): scanners of mail open every link. Only a
//! `POST` spends the token ([`Purpose::spend`]), in the transaction that does what it is for. A
//! route whose path holds one calls it `{token}`; that keeps it out of logs and out of PostHog.

use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    FromQueryResult, Iterable, QueryFilter,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::database;
use crate::email::Email;
use crate::tokens::stored::{ActiveModel, Column, Entity, Model};
use crate::tokens::token::Token;

pub mod stored;
pub mod token;

/// What tokens are for.
#[derive(Clone, Copy, Debug)]
pub struct Purpose {
    /// Such as `reset_password`. A token of one purpose is worth nothing for another.
    pub name: &'static str,
    /// How long a token is good for.
    pub lifetime: Duration,
}

impl Purpose {
    /// Makes a token for a user, to be sent to this address. A user has one of each purpose: the
    /// older one is worth nothing from here on.
    ///
    /// # Errors
    ///
    /// Where the database fails, or the user is gone.
    pub async fn issue(
        &self,
        database: &impl ConnectionTrait,
        user_id: Uuid,
        sent_to: &Email,
    ) -> Result<Token, DbErr> {
        let token = Token::new();
        let now = OffsetDateTime::now_utc();
        let row = ActiveModel {
            hash: Set(token.hash()),
            user_id: Set(user_id),
            purpose: Set(self.name.to_owned()),
            sent_to: Set(sent_to.clone()),
            created_at: Set(milliseconds(now)),
            expires_at: Set(milliseconds(now + self.lifetime)),
        };
        // One statement: of two at once neither leaves a second token behind.
        let replaced = [
            Column::Hash,
            Column::SentTo,
            Column::CreatedAt,
            Column::ExpiresAt,
        ];
        Entity::insert(row)
            .on_conflict(
                OnConflict::columns([Column::UserId, Column::Purpose])
                    .update_columns(replaced)
                    .to_owned(),
            )
            .exec_without_returning(database)
            .await?;
        Ok(token)
    }

    /// What a token stands for, as long as it is good. Changes nothing.
    ///
    /// # Errors
    ///
    /// Where the database does not answer.
    pub async fn find(
        &self,
        database: &impl ConnectionTrait,
        token: &str,
    ) -> Result<Option<Model>, DbErr> {
        let Some(token) = Token::read(token) else {
            return Ok(None);
        };
        Entity::find_by_id(token.hash())
            .filter(Column::Purpose.eq(self.name))
            .filter(Column::ExpiresAt.gt(milliseconds(OffsetDateTime::now_utc())))
            .one(database)
            .await
    }

    /// What a token stands for, once: the row is gone with the transaction's commit. Of two at
    /// once the database lets one win, and if the transaction is rolled back the token is good as
    /// before.
    ///
    /// # Errors
    ///
    /// Where the database does not answer.
    pub async fn spend(
        &self,
        transaction: &DatabaseTransaction,
        token: &str,
    ) -> Result<Option<Model>, DbErr> {
        let Some(token) = Token::read(token) else {
            return Ok(None);
        };
        // Deleted and read in one statement. SeaORM's own way needs a feature for that on SQLite,
        // and reading first would make SQLite refuse the deletion where another process has just
        // written.
        let delete = Query::delete()
            .from_table(Entity)
            .and_where(Column::Hash.eq(token.hash()))
            .and_where(Column::Purpose.eq(self.name))
            .and_where(Column::ExpiresAt.gt(milliseconds(OffsetDateTime::now_utc())))
            .returning(Query::returning().columns(Column::iter()))
            .to_owned();
        let statement = transaction.get_database_backend().build(&delete);
        let deleted = Model::find_by_statement(statement).all(transaction).await?;
        Ok(deleted.into_iter().next())
    }

    /// The user's token of this purpose, as long as it is good: a page can say that a mail is on
    /// its way, and to which address.
    ///
    /// # Errors
    ///
    /// Where the database does not answer.
    pub async fn of_user(
        &self,
        database: &impl ConnectionTrait,
        user_id: Uuid,
    ) -> Result<Option<Model>, DbErr> {
        Entity::find()
            .filter(Column::UserId.eq(user_id))
            .filter(Column::Purpose.eq(self.name))
            .filter(Column::ExpiresAt.gt(milliseconds(OffsetDateTime::now_utc())))
            .one(database)
            .await
    }
}

/// Ends every token of a user, whatever it is for. Returns how many ended.
///
/// # Errors
///
/// Where the database does not answer.
pub async fn end_all(database: &impl ConnectionTrait, user_id: Uuid) -> Result<u64, DbErr> {
    let deleted = Entity::delete_many()
        .filter(Column::UserId.eq(user_id))
        .exec(database)
        .await?;
    Ok(deleted.rows_affected)
}

/// Removes expired rows. Returns how many went.
///
/// # Errors
///
/// Where the database does not answer; what was deleted before stays deleted.
pub async fn delete_expired(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let expired = Column::ExpiresAt.lte(milliseconds(OffsetDateTime::now_utc()));
    database::delete_in_slices::<Entity>(database, Column::Hash, expired).await
}

fn milliseconds(moment: OffsetDateTime) -> i64 {
    let milliseconds = moment.unix_timestamp_nanos() / 1_000_000;
    milliseconds
        .try_into()
        .expect("a date of this age of the world")
}
