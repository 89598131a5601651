//! The app's table of users, to which a session's row refers.

use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use sea_orm::prelude::Uuid;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait,
    FromQueryResult, IdenStatic, Iterable, JoinType, PrimaryKeyToColumn, QueryFilter, QuerySelect,
    QueryTrait, SelectA, SelectB, SelectTwo, Statement,
};
use time::OffsetDateTime;

use super::model as session;
use crate::email::Email;
use crate::users::User;

/// The app's table of users, whatever columns it has.
#[derive(Clone)]
pub struct Users(Arc<dyn Table>);

/// A session's row, with its user.
pub type SessionWithUser = (session::Model, Option<Arc<dyn User>>);

impl Users {
    /// The table of this entity.
    pub fn of<E: EntityTrait<Model: User>>() -> Self {
        Self(Arc::new(TableOf::<E>::default()))
    }

    /// A session that has not expired, with its user, in one query.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn with_session(
        &self,
        database: &DatabaseConnection,
        session_id: &str,
    ) -> Result<Option<SessionWithUser>, DbErr> {
        self.0.with_session(database, session_id).await
    }

    /// The users with these ids. Ids without a user are left out.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn find(
        &self,
        database: &DatabaseConnection,
        ids: Vec<Uuid>,
    ) -> Result<Vec<Arc<dyn User>>, DbErr> {
        self.0.find(database, ids).await
    }

    /// The user with this address.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn find_by_email(
        &self,
        database: &DatabaseConnection,
        email: &Email,
    ) -> Result<Option<Arc<dyn User>>, DbErr> {
        self.0.find_by_email(database, email).await
    }

    /// Every user, the oldest first.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn all(&self, database: &DatabaseConnection) -> Result<Vec<Arc<dyn User>>, DbErr> {
        let mut users = self.0.all(database).await?;
        users.sort_by_key(|user| user.since());
        Ok(users)
    }

    /// Deletes a user. The foreign keys of other tables delete the rows that belong to the user.
    ///
    /// Returns `false` if the user is already deleted: only one of several concurrent requests
    /// deletes the user.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn delete(&self, transaction: &DatabaseTransaction, id: Uuid) -> Result<bool, DbErr> {
        self.0.delete(transaction, id).await
    }
}

/// The user with this id, as the app's own type.
///
/// # Errors
///
/// If the database does not answer.
pub async fn find_one<E: EntityTrait<Model: User>>(
    database: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<E::Model>, DbErr> {
    let found = E::find().filter(TableOf::<E>::id().eq(id));
    found.one(database).await
}

/// A trait object, so that sessions and identity are compiled once, in this crate.
#[async_trait]
trait Table: Send + Sync {
    async fn with_session(
        &self,
        database: &DatabaseConnection,
        session_id: &str,
    ) -> Result<Option<SessionWithUser>, DbErr>;

    async fn find(
        &self,
        database: &DatabaseConnection,
        ids: Vec<Uuid>,
    ) -> Result<Vec<Arc<dyn User>>, DbErr>;

    async fn find_by_email(
        &self,
        database: &DatabaseConnection,
        email: &Email,
    ) -> Result<Option<Arc<dyn User>>, DbErr>;

    async fn all(&self, database: &DatabaseConnection) -> Result<Vec<Arc<dyn User>>, DbErr>;

    async fn delete(&self, transaction: &DatabaseTransaction, id: Uuid) -> Result<bool, DbErr>;
}

struct TableOf<E> {
    entity: PhantomData<fn() -> E>,
    /// The SQL of [`session_with_user`]. Every request of a user needs it, so it is built only once.
    with_session: OnceLock<String>,
}

impl<E> Default for TableOf<E> {
    fn default() -> Self {
        Self {
            entity: PhantomData,
            with_session: OnceLock::new(),
        }
    }
}

impl<E: EntityTrait> TableOf<E> {
    fn id() -> E::Column {
        let mut keys = E::PrimaryKey::iter();
        keys.next()
            .expect("an entity has a primary key")
            .into_column()
    }

    fn email() -> E::Column {
        let email = E::Column::from_str("email").ok();
        email.expect("the table of users has a column `email`")
    }
}

/// The query for a session that has not expired, with its user. Its values are the id and the time.
///
/// It has no `LIMIT`: SQLite plans a query again each time if its `LIMIT` is a parameter.
fn session_with_user<E: EntityTrait>(
    session_id: &str,
    now: OffsetDateTime,
) -> SelectTwo<session::Entity, E> {
    let user_of_session = session::Entity::belongs_to(E::default())
        .from(session::Column::UserId)
        .to(TableOf::<E>::id());
    session::Entity::find_by_id(session_id)
        .filter(session::Column::ExpiresAt.gt(now))
        .join(JoinType::LeftJoin, user_of_session.into())
        .select_also(E::default())
}

fn erased<U: User>(user: U) -> Arc<dyn User> {
    Arc::new(user)
}

#[async_trait]
impl<E: EntityTrait<Model: User>> Table for TableOf<E> {
    async fn with_session(
        &self,
        database: &DatabaseConnection,
        session_id: &str,
    ) -> Result<Option<SessionWithUser>, DbErr> {
        let backend = database.get_database_backend();
        let now = OffsetDateTime::now_utc();
        let sql = self.with_session.get_or_init(|| {
            let with_user = session_with_user::<E>(session_id, now);
            with_user.build(backend).sql
        });
        let values = [session_id.into(), now.into()];
        let statement = Statement::from_sql_and_values(backend, sql, values);
        let Some(row) = database.query_one_raw(statement).await? else {
            return Ok(None);
        };
        let session = session::Model::from_query_result(&row, SelectA.as_str())?;
        let user = E::Model::from_query_result_optional(&row, SelectB.as_str())?;
        Ok(Some((session, user.map(erased))))
    }

    async fn find(
        &self,
        database: &DatabaseConnection,
        ids: Vec<Uuid>,
    ) -> Result<Vec<Arc<dyn User>>, DbErr> {
        let users = E::find()
            .filter(Self::id().is_in(ids))
            .all(database)
            .await?;
        Ok(users.into_iter().map(erased).collect())
    }

    async fn find_by_email(
        &self,
        database: &DatabaseConnection,
        email: &Email,
    ) -> Result<Option<Arc<dyn User>>, DbErr> {
        let found = E::find().filter(Self::email().eq(email.clone()));
        Ok(found.one(database).await?.map(erased))
    }

    async fn all(&self, database: &DatabaseConnection) -> Result<Vec<Arc<dyn User>>, DbErr> {
        let users = E::find().all(database).await?;
        Ok(users.into_iter().map(erased).collect())
    }

    async fn delete(&self, transaction: &DatabaseTransaction, id: Uuid) -> Result<bool, DbErr> {
        let deleted = E::delete_many().filter(Self::id().eq(id));
        Ok(deleted.exec(transaction).await?.rows_affected > 0)
    }
}
