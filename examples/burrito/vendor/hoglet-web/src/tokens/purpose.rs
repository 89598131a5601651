//! [`Purpose`]: issues, finds and spends the tokens of one purpose.

use sea_orm::sea_query::{Condition, Expr, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    FromQueryResult, IntoActiveModel, Iterable, QueryFilter, QueryOrder,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::key::Key;
use super::model::{Column, Entity, Model};
use super::rows::{end_where, lock, now};
use super::token::Token;
use crate::email::Email;
use crate::timestamp::milliseconds;

/// The action that a token allows, such as setting a new password.
#[derive(Clone, Copy, Debug)]
pub struct Purpose {
    /// The name, such as `reset_password`. A token is valid for its own purpose only.
    pub name: &'static str,
    /// How long a token is valid, counted from when it was first issued.
    pub lifetime: Duration,
    /// How many tokens of a user are valid at the same time: the newest ones.
    ///
    /// It must be small enough to keep the table small, and large enough that strangers cannot invalidate the
    /// owner's link by requesting others. Use 1 if only the newest token may be valid.
    pub max_valid: u32,
}

/// An issued token and its row.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The token, for the link.
    pub token: Token,
    /// The row of the token.
    pub row: Model,
}

/// More tokens than strangers can have mailed to one account while a link is valid.
///
/// They can request ten in five minutes, see `throttle::accounts`. That is 130 within the hour of a link to
/// reset a password.
const MAX_VALID: u32 = 150;

impl Purpose {
    /// A purpose whose tokens have this lifetime.
    ///
    /// Strangers who request tokens do not invalidate the owner's.
    pub const fn new(name: &'static str, lifetime: Duration) -> Self {
        Self {
            name,
            lifetime,
            max_valid: MAX_VALID,
        }
    }

    /// The same purpose, but only the newest token is valid.
    #[must_use]
    pub const fn only_newest(self) -> Self {
        Self {
            max_valid: 1,
            ..self
        }
    }

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

    /// Issues a token for a user, which is then sent to this address.
    ///
    /// A second call with the same idempotency key, such as a retry of the job that mails the token, returns the same
    /// token. If that token has ended or expired meanwhile, it returns `None`: there is nothing to send.
    ///
    /// # Errors
    ///
    /// If the database fails, or the user does not exist.
    pub async fn issue(
        &self,
        key: &Key,
        database: &impl ConnectionTrait,
        idempotency_key: Uuid,
        user_id: Uuid,
        sent_to: &Email,
    ) -> Result<Option<Issued>, DbErr> {
        let id = Uuid::now_v7();
        let now = OffsetDateTime::now_utc();
        let row = Model {
            id,
            hash: key.token(self.name, id).hash(),
            idempotency_key,
            user_id,
            purpose: self.name.to_owned(),
            sent_to: sent_to.clone(),
            created_at: milliseconds(now),
            expires_at: milliseconds(now + self.lifetime),
            ended_at: None,
        };
        let once = OnConflict::columns([Column::IdempotencyKey, Column::Purpose])
            .do_nothing()
            .to_owned();
        Entity::insert(row.into_active_model().reset_all())
            .on_conflict(once)
            .exec_without_returning(database)
            .await?;
        self.issued(key, database, idempotency_key).await
    }

    /// The token that was issued with an idempotency key, if it is still valid.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn issued(
        &self,
        key: &Key,
        database: &impl ConnectionTrait,
        idempotency_key: Uuid,
    ) -> Result<Option<Issued>, DbErr> {
        let found = self
            .valid()
            .filter(Column::IdempotencyKey.eq(idempotency_key));
        let Some(row) = found.one(database).await? else {
            return Ok(None);
        };
        let token = key.token(self.name, row.id);
        if row.hash != token.hash() {
            // `SECRET_KEY` has changed since, and so the token: later mails have a different link.
            Entity::update_many()
                .col_expr(Column::Hash, Expr::value(token.hash()))
                .filter(Column::Id.eq(row.id))
                .exec(database)
                .await?;
        }
        Ok(Some(Issued { token, row }))
    }

    /// The row of a token, if the token is valid. Changes nothing.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn find(
        &self,
        database: &impl ConnectionTrait,
        token: &str,
    ) -> Result<Option<Model>, DbErr> {
        let Some(token) = Token::read(token) else {
            return Ok(None);
        };
        let found = self.valid().filter(Column::Hash.eq(token.hash()));
        found.one(database).await
    }

    /// Uses a token, and returns its row if the token was valid.
    ///
    /// With the commit, this token and all other tokens of the user for this purpose end. Only one of two
    /// concurrent calls succeeds. After a rollback all tokens are valid as before.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn spend(
        &self,
        transaction: &DatabaseTransaction,
        token: &str,
    ) -> Result<Option<Model>, DbErr> {
        let Some(token) = Token::read(token) else {
            return Ok(None);
        };
        let this_one = Column::Hash.eq(token.hash());
        let owner = Query::select()
            .column(Column::UserId)
            .from(Entity)
            .and_where(this_one.clone())
            .to_owned();
        lock(transaction, Column::UserId.in_subquery(owner)).await?;
        // One statement ends and reads the token. On SQLite it must be the first statement: after a read,
        // SQLite refuses to write if another process has written meanwhile.
        let end = Query::update()
            .table(Entity)
            .value(Column::EndedAt, now())
            .cond_where(self.is_valid().add(this_one))
            .returning(Query::returning().columns(Column::iter()))
            .to_owned();
        let statement = transaction.get_database_backend().build(&end);
        let ended = Model::find_by_statement(statement).one(transaction).await?;
        if let Some(spent) = &ended {
            end_where(transaction, self.of(spent.user_id)).await?;
        }
        Ok(ended)
    }

    /// The user's newest valid token of this purpose. With it, a page can show that a mail was sent, and to
    /// which address.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn newest_of_user(
        &self,
        database: &impl ConnectionTrait,
        user_id: Uuid,
    ) -> Result<Option<Model>, DbErr> {
        let found = self.valid().filter(Column::UserId.eq(user_id));
        // Does not use `one`: SQLite plans a query again each time if its `LIMIT` is a parameter.
        let newest_first = found.order_by_desc(Column::Id).all(database).await?;
        Ok(newest_first.into_iter().next())
    }

    /// Ends the user's tokens of this purpose, because the user has cancelled the action. Returns how many
    /// ended.
    ///
    /// # Errors
    ///
    /// If the database fails.
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

    fn valid(&self) -> sea_orm::Select<Entity> {
        Entity::find().filter(self.is_valid())
    }

    /// Selects the valid tokens of this purpose.
    ///
    /// A token is valid if it has neither ended nor expired, and is among the newest of its user. Tokens are
    /// counted when one is read, so the limit also holds for tokens that are issued concurrently.
    fn is_valid(&self) -> Condition {
        let among_newest = Expr::cust(format!(
            "(SELECT count(*) FROM tokens AS newer WHERE newer.user_id = tokens.user_id \
             AND newer.purpose = tokens.purpose AND newer.ended_at IS NULL AND newer.id > tokens.id) \
             < {}",
            self.max_valid
        ));
        Condition::all()
            .add(Column::Purpose.eq(self.name))
            .add(Column::EndedAt.is_null())
            .add(Column::ExpiresAt.gt(now()))
            .add(among_newest)
    }
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
                max_valid: 1,
            };
            assert_eq!(purpose.lifetime_in_words(), words);
        }
    }
}
