//! Tokens: what makes a link in a mail worth something, such as the one that resets a password.
//!
//! A token is 32 bytes, made from a row's id and a key that is derived from `SECRET_KEY`. The database
//! knows its hash only, so that whoever reads the database, or a backup of it, can follow no link; and
//! a mail that is sent once more, because nobody knows whether it has arrived, has the same link as
//! before. Each purpose is a constant of the app's:
//!
//! ```
//! use hoglet_web::tokens::Purpose;
//! use time::Duration;
//!
//! const RESET_PASSWORD: Purpose = Purpose {
//!     name: "reset_password",
//!     lifetime: Duration::hours(1),
//!     at_once: 10,
//! };
//! ```
//!
//! A user may have several tokens of a purpose: a link that somebody else asks for leaves the earlier
//! ones as they are. Spending one ends all of them.
//!
//! Looking at a link changes nothing ([`Purpose::find`]): scanners of mail open every link. Only a
//! `POST` spends the token ([`Purpose::spend`]), in the transaction that does what it is for. A
//! route whose path holds one calls it `{token}`; that keeps it out of logs and out of PostHog.

use sea_orm::sea_query::{Condition, Expr, IntoCondition, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr,
    EntityTrait, FromQueryResult, IntoActiveModel, Iterable, QueryFilter, QueryOrder, QuerySelect,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::database;
use crate::email::Email;
use crate::tokens::stored::{Column, Entity, Model};
use crate::tokens::token::Token;

pub mod key;
pub mod stored;
pub mod token;

pub use key::Key;

/// How long a row is kept after its token has expired. No mail is tried for that long, so none brings
/// back a token that had ended.
const KEPT: Duration = Duration::days(1);

/// What tokens are for.
#[derive(Clone, Copy, Debug)]
pub struct Purpose {
    /// Such as `reset_password`. A token of one purpose is worth nothing for another.
    pub name: &'static str,
    /// How long a token is good for, counted from when it was first issued.
    pub lifetime: Duration,
    /// How many of a user's tokens are good at once: the newest ones. Few enough for the table to stay
    /// small, and enough for a stranger not to end the owner's link by asking for others; 1 where
    /// only the newest may count.
    pub at_once: u32,
}

/// A token, with what the database knows of it.
#[derive(Clone, Debug)]
pub struct Issued {
    /// For the link.
    pub token: Token,
    /// Its row.
    pub row: Model,
}

impl Purpose {
    /// The lifetime for people, such as `15 minutes`, `1 hour` or `3 days`.
    pub fn lifetime_in_words(&self) -> String {
        let minutes = self.lifetime.whole_minutes();
        let (count, unit) = match minutes {
            _ if minutes % (24 * 60) == 0 => (minutes / (24 * 60), "day"),
            _ if minutes % 60 == 0 => (minutes / 60, "hour"),
            _ => (minutes, "minute"),
        };
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural}")
    }

    /// A token for a user, to be sent to this address. For one occasion, such as the job that mails it,
    /// it is always the same one: a second call changes nothing. `None` where that one has ended or
    /// expired meanwhile: there is nothing to send any more.
    ///
    /// # Errors
    ///
    /// Where the database fails, or the user is gone.
    pub async fn issue(
        &self,
        key: &Key,
        database: &impl ConnectionTrait,
        occasion: Uuid,
        user_id: Uuid,
        sent_to: &Email,
    ) -> Result<Option<Issued>, DbErr> {
        let id = Uuid::now_v7();
        let now = OffsetDateTime::now_utc();
        let row = Model {
            id,
            hash: key.token(self.name, id).hash(),
            occasion,
            user_id,
            purpose: self.name.to_owned(),
            sent_to: sent_to.clone(),
            created_at: milliseconds(now),
            expires_at: milliseconds(now + self.lifetime),
            ended_at: None,
        };
        let once = OnConflict::columns([Column::Occasion, Column::Purpose])
            .do_nothing()
            .to_owned();
        Entity::insert(row.into_active_model().reset_all())
            .on_conflict(once)
            .exec_without_returning(database)
            .await?;
        self.issued(key, database, occasion).await
    }

    /// The token that was issued for an occasion, as long as it is good.
    ///
    /// # Errors
    ///
    /// Where the database does not answer.
    pub async fn issued(
        &self,
        key: &Key,
        database: &impl ConnectionTrait,
        occasion: Uuid,
    ) -> Result<Option<Issued>, DbErr> {
        let found = self.good().filter(Column::Occasion.eq(occasion));
        let Some(row) = found.one(database).await? else {
            return Ok(None);
        };
        let token = key.token(self.name, row.id);
        if row.hash != token.hash() {
            // `SECRET_KEY` was changed since: the link that is sent from here on is another one.
            Entity::update_many()
                .col_expr(Column::Hash, Expr::value(token.hash()))
                .filter(Column::Id.eq(row.id))
                .exec(database)
                .await?;
        }
        Ok(Some(Issued { token, row }))
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
        let found = self.good().filter(Column::Hash.eq(token.hash()));
        found.one(database).await
    }

    /// What a token stands for, once. It ends with the transaction's commit, and with it every other
    /// one of the user's for this purpose. Of two at once the database lets one win, and if the
    /// transaction is rolled back they are good as before.
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
        let this_one = Column::Hash.eq(token.hash());
        let whose = Query::select()
            .column(Column::UserId)
            .from(Entity)
            .and_where(this_one.clone())
            .to_owned();
        lock(transaction, Column::UserId.in_subquery(whose)).await?;
        // Ended and read in one statement, which is the first one on SQLite: after a read SQLite
        // refuses to write where another process has written meanwhile.
        let end = Query::update()
            .table(Entity)
            .value(Column::EndedAt, now())
            .cond_where(self.is_good().add(this_one))
            .returning(Query::returning().columns(Column::iter()))
            .to_owned();
        let statement = transaction.get_database_backend().build(&end);
        let ended = Model::find_by_statement(statement).one(transaction).await?;
        if let Some(spent) = &ended {
            end_where(transaction, self.of(spent.user_id)).await?;
        }
        Ok(ended)
    }

    /// The user's newest token of this purpose, as long as it is good: a page can say that a mail is
    /// on its way, and to which address.
    ///
    /// # Errors
    ///
    /// Where the database does not answer.
    pub async fn of_user(
        &self,
        database: &impl ConnectionTrait,
        user_id: Uuid,
    ) -> Result<Option<Model>, DbErr> {
        let found = self.good().filter(Column::UserId.eq(user_id));
        found.order_by_desc(Column::Id).one(database).await
    }

    /// Ends the user's tokens of this purpose: what they were for was called off. Returns how many
    /// ended.
    ///
    /// # Errors
    ///
    /// Where the database does not answer.
    pub async fn end(
        &self,
        transaction: &DatabaseTransaction,
        user_id: Uuid,
    ) -> Result<u64, DbErr> {
        lock(transaction, Column::UserId.eq(user_id)).await?;
        end_where(transaction, self.of(user_id)).await
    }

    fn of(&self, user_id: Uuid) -> Condition {
        Condition::all()
            .add(Column::UserId.eq(user_id))
            .add(Column::Purpose.eq(self.name))
    }

    fn good(&self) -> sea_orm::Select<Entity> {
        Entity::find().filter(self.is_good())
    }

    /// Neither ended nor expired, and among the newest of its user. It is counted where it is read, so
    /// that of many that are issued at once no more are good either.
    fn is_good(&self) -> Condition {
        let among_newest = Expr::cust(format!(
            "(SELECT count(*) FROM tokens AS newer WHERE newer.user_id = tokens.user_id \
             AND newer.purpose = tokens.purpose AND newer.ended_at IS NULL AND newer.id > tokens.id) \
             < {}",
            self.at_once
        ));
        Condition::all()
            .add(Column::Purpose.eq(self.name))
            .add(Column::EndedAt.is_null())
            .add(Column::ExpiresAt.gt(now()))
            .add(among_newest)
    }
}

/// Ends every token of a user, whatever it is for. Returns how many ended.
///
/// # Errors
///
/// Where the database does not answer.
pub async fn end_all(transaction: &DatabaseTransaction, user_id: Uuid) -> Result<u64, DbErr> {
    let of_user = Column::UserId.eq(user_id);
    lock(transaction, of_user.clone()).await?;
    end_where(transaction, of_user).await
}

/// Removes the rows of tokens that have expired a day ago. Returns how many went.
///
/// # Errors
///
/// Where the database does not answer; what was deleted before stays deleted.
pub async fn delete_expired(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let expired = Column::ExpiresAt.lte(milliseconds(OffsetDateTime::now_utc() - KEPT));
    database::delete_in_slices::<Entity>(database, Column::Id, expired).await
}

/// Holds the rows of a user until the transaction ends, always in the same order: two links that are
/// followed at once would otherwise wait for each other. SQLite has one writer at a time anyway.
async fn lock(transaction: &DatabaseTransaction, rows: impl IntoCondition) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DatabaseBackend::Postgres {
        let rows = Entity::find().filter(rows).order_by_asc(Column::Id);
        rows.lock_exclusive().all(transaction).await?;
    }
    Ok(())
}

async fn end_where(
    transaction: &DatabaseTransaction,
    rows: impl IntoCondition,
) -> Result<u64, DbErr> {
    let ended = Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now()))
        .filter(Column::EndedAt.is_null())
        .filter(rows)
        .exec(transaction)
        .await?;
    Ok(ended.rows_affected)
}

fn now() -> i64 {
    milliseconds(OffsetDateTime::now_utc())
}

fn milliseconds(moment: OffsetDateTime) -> i64 {
    let milliseconds = moment.unix_timestamp_nanos() / 1_000_000;
    milliseconds
        .try_into()
        .expect("a date of this age of the world")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_reads_in_its_largest_whole_unit() {
        for (lifetime, words) in [
            (Duration::minutes(1), "1 minute"),
            (Duration::minutes(15), "15 minutes"),
            (Duration::minutes(90), "90 minutes"),
            (Duration::hours(1), "1 hour"),
            (Duration::hours(36), "36 hours"),
            (Duration::days(3), "3 days"),
        ] {
            let purpose = Purpose {
                name: "test",
                lifetime,
                at_once: 1,
            };
            assert_eq!(purpose.lifetime_in_words(), words);
        }
    }
}
