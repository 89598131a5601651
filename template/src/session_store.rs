//! A tower-sessions store on SeaORM: the app's own pool, both databases.
//!
//! Each request has a store of its own, which remembers the row that was loaded: so one query brings
//! the session with its user, and a save writes no index for nothing.

use std::sync::Mutex;

use async_trait::async_trait;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter,
    TryInsertResult,
};
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use uuid::Uuid;

use crate::models::session::{ActiveModel, Column, Entity, Model};
use crate::models::user;

/// The key under which a session holds its user's id; the row carries it as a column too.
pub const USER_ID: &str = "user_id";

/// What `save` answers when the row is gone: another request logged this session out or cycled its
/// id meanwhile. The session is over then; it must not come back, and its cookie must not be re-sent.
pub const SESSION_ENDED: &str = "the session has ended";

#[derive(Debug)]
pub struct SeaOrmStore {
    database: DatabaseConnection,
    loaded: Mutex<Option<(Model, Option<user::Model>)>>,
}

impl SeaOrmStore {
    pub fn new(database: DatabaseConnection) -> Self {
        Self {
            database,
            loaded: Mutex::default(),
        }
    }

    /// The user who was loaded with the session. Only the first call gets them.
    pub fn take_user(&self) -> Option<user::Model> {
        let mut loaded = self.loaded.lock().expect(NOT_POISONED);
        loaded.as_mut()?.1.take()
    }

    /// Whether all but the data is as it was loaded.
    fn only_data_differs(&self, record: &Record) -> bool {
        let loaded = self.loaded.lock().expect(NOT_POISONED);
        loaded.as_ref().is_some_and(|(row, _)| {
            row.id == record.id.to_string()
                && row.user_id == user_id(record)
                && row.expires_at == record.expiry_date
        })
    }
}

const NOT_POISONED: &str = "nobody panics while holding what was loaded";

#[async_trait]
impl SessionStore for SeaOrmStore {
    /// Inserts a row. An id that exists is never overwritten: the record gets another one.
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            let row = ActiveModel {
                id: Set(record.id.to_string()),
                user_id: Set(user_id(record)),
                data: Set(encode(record)?),
                expires_at: Set(record.expiry_date),
            };
            let inserted = Entity::insert(row)
                .on_conflict_do_nothing_on([Column::Id])
                .exec_without_returning(&self.database)
                .await
                .map_err(backend)?;
            if matches!(inserted, TryInsertResult::Inserted(1..)) {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    /// Updates the row and never inserts one, so that a request still under way during a log-out
    /// cannot bring the session back.
    async fn save(&self, record: &Record) -> Result<()> {
        let mut update = Entity::update_many()
            .col_expr(Column::Data, Expr::value(encode(record)?))
            .filter(Column::Id.eq(record.id.to_string()));
        if !self.only_data_differs(record) {
            update = update
                .col_expr(Column::UserId, Expr::value(user_id(record)))
                .col_expr(Column::ExpiresAt, Expr::value(record.expiry_date));
        }
        let updated = update.exec(&self.database).await.map_err(backend)?;
        if updated.rows_affected == 0 {
            return Err(Error::Backend(SESSION_ENDED.into()));
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        // Not `one`: SQLite plans a query again each time when its `LIMIT` is a parameter.
        let rows = Entity::find_by_id(id.to_string())
            .filter(Column::ExpiresAt.gt(OffsetDateTime::now_utc()))
            .find_also_related(user::Entity)
            .all(&self.database)
            .await
            .map_err(backend)?;
        let Some((row, user)) = rows.into_iter().next() else {
            return Ok(None);
        };
        let record = Record {
            id: *id,
            data: serde_json::from_str(&row.data)
                .map_err(|error| Error::Decode(error.to_string()))?,
            expiry_date: row.expires_at,
        };
        *self.loaded.lock().expect(NOT_POISONED) = Some((row, user));
        Ok(Some(record))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        Entity::delete_by_id(id.to_string())
            .exec(&self.database)
            .await
            .map_err(backend)?;
        Ok(())
    }
}

fn user_id(record: &Record) -> Option<Uuid> {
    record.data.get(USER_ID)?.as_str()?.parse().ok()
}

fn encode(record: &Record) -> Result<String> {
    serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

fn backend(error: DbErr) -> Error {
    Error::Backend(error.to_string())
}
