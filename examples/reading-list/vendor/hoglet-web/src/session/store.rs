//! A tower-sessions store on SeaORM, with the app's own pool.
//!
//! Each request has its own store, which keeps the loaded row. One query loads the session with its user. A
//! save writes only the columns and values that this request has changed. It keeps the values that another
//! request has written meanwhile.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::HeaderValue;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter,
    TryInsertResult,
};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use uuid::Uuid;

use super::model::{ActiveModel, Column, Entity, Model};
use super::user_agent;
use crate::database::is_unavailable;
use crate::database::unavailable::NO_ANSWER;
use crate::request::info::network;
use crate::session::users::{SessionWithUser, Users};
use crate::users::User;

/// The key of the user's id. The row has the id as a column too.
pub const USER_ID: &str = "user_id";

/// The key of the time when the session ends, in Unix seconds.
///
/// Absent if each visit extends the session.
pub const ENDS_AT: &str = "ends_at";

/// The key of the time when the session was last renewed, in Unix seconds.
pub const RENEWED_AT: &str = "renewed_at";

/// The error of `save` if the row no longer exists: another request has logged this session out, or changed
/// its id.
///
/// Then the session must not come back, and its cookie must not be sent again.
pub const SESSION_ENDED: &str = "the session has ended";

/// How old `last_seen_at` must be for a save to update it.
const LAST_SEEN_INTERVAL: Duration = Duration::minutes(10);

/// The client of a request. The row of a user's session stores where the session was last used.
#[derive(Clone, Debug)]
pub struct Client {
    /// The `User-Agent` header.
    pub user_agent: Option<HeaderValue>,
    /// The IP address.
    pub ip: IpAddr,
}

impl Client {
    fn user_agent(&self) -> String {
        let user_agent = self.user_agent.as_ref();
        user_agent.map_or_else(String::new, |value| user_agent::cut(value.as_bytes()))
    }
}

/// The session store of one request.
pub struct SeaOrmStore {
    database: DatabaseConnection,
    users: Users,
    client: Client,
    loaded: Mutex<Option<SessionWithUser>>,
    unreachable: AtomicBool,
}

impl std::fmt::Debug for SeaOrmStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SeaOrmStore")
    }
}

impl SeaOrmStore {
    /// A store for one request.
    pub fn new(database: DatabaseConnection, users: Users, client: Client) -> Self {
        Self {
            database,
            users,
            client,
            loaded: Mutex::default(),
            unreachable: AtomicBool::new(false),
        }
    }

    /// The user who was loaded with the session. Only the first call returns them.
    pub fn take_user(&self) -> Option<Arc<dyn User>> {
        let mut loaded = self.loaded.lock().expect(NOT_POISONED);
        loaded.as_mut()?.1.take()
    }

    /// Whether loading the session failed.
    ///
    /// Callers then skip other queries, so that the visitor does not wait for a second timeout.
    pub fn unreachable(&self) -> bool {
        self.unreachable.load(Ordering::Acquire)
    }

    async fn find(&self, id: &str) -> Result<Option<SessionWithUser>> {
        let found = self.users.with_session(&self.database, id).await;
        found.map_err(backend)
    }

    fn loaded(&self, id: &str) -> Option<Model> {
        let loaded = self.loaded.lock().expect(NOT_POISONED);
        let (row, _) = loaded.as_ref()?;
        (row.id == id).then(|| row.clone())
    }
}

const NOT_POISONED: &str = "no code panics while it holds this lock";

#[async_trait]
impl SessionStore for SeaOrmStore {
    /// Inserts a row. If the id already exists, the record gets a new one.
    async fn create(&self, record: &mut Record) -> Result<()> {
        let now = OffsetDateTime::now_utc();
        let user_id = user_id(&record.data);
        // Nothing is stored about the client of a visitor.
        let client = user_id.map(|_| (self.client.user_agent(), network(self.client.ip)));
        let (user_agent, address) = client.unwrap_or_default();
        loop {
            let row = ActiveModel {
                id: Set(record.id.to_string()),
                user_id: Set(user_id),
                data: Set(encode(&record.data)?),
                expires_at: Set(record.expiry_date),
                handle: Set(Uuid::new_v4()),
                started_at: Set(now),
                last_seen_at: Set(now),
                user_agent: Set(user_agent.clone()),
                address: Set(address.clone()),
                remembered: Set(user_id.is_some() && !record.data.contains_key(ENDS_AT)),
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

    /// Updates the row, and never inserts one: a request that is still running after a log-out must not bring
    /// the session back.
    ///
    /// The update applies only if the row's data is unchanged since it was read. Otherwise another request
    /// was faster: its values are read, this request's changes are applied to them, and the update is
    /// repeated. In each round some request succeeds, so the loop ends.
    async fn save(&self, record: &Record) -> Result<()> {
        let id = record.id.to_string();
        let loaded = self.loaded(&id);
        let before = loaded.as_ref().map(decode).unwrap_or_default();
        let mut stored = loaded.clone();
        let now = OffsetDateTime::now_utc();
        let mut data = record.data.clone();
        loop {
            let mut update = Entity::update_many()
                .col_expr(Column::Data, Expr::value(encode(&data)?))
                .filter(Column::Id.eq(&id));
            if let Some(stored) = &stored {
                update = update.filter(Column::Data.eq(&stored.data));
            }
            if loaded.as_ref().map(|row| row.user_id) != Some(user_id(&record.data)) {
                update = update.col_expr(Column::UserId, Expr::value(user_id(&record.data)));
            }
            if loaded.as_ref().map(|row| row.expires_at) != Some(record.expiry_date) {
                update = update.col_expr(Column::ExpiresAt, Expr::value(record.expiry_date));
            }
            if let Some(row) = loaded.as_ref().filter(|row| row.user_id.is_some())
                && row.last_seen_at + LAST_SEEN_INTERVAL <= now
            {
                update = update
                    .col_expr(Column::LastSeenAt, Expr::value(now))
                    .col_expr(Column::UserAgent, Expr::value(self.client.user_agent()))
                    .col_expr(Column::Address, Expr::value(network(self.client.ip)));
            }
            let updated = update.exec(&self.database).await.map_err(backend)?;
            if updated.rows_affected > 0 {
                return Ok(());
            }
            stored = self.find(&id).await?.map(|(row, _)| row);
            match &stored {
                Some(row) => data = with_changes(decode(row), &before, &record.data),
                None => return Err(Error::Backend(SESSION_ENDED.into())),
            }
        }
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = self
            .find(&id.to_string())
            .await
            .inspect_err(|_| self.unreachable.store(true, Ordering::Release))?;
        let Some((row, user)) = found else {
            return Ok(None);
        };
        let record = Record {
            id: *id,
            data: decode(&row),
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

/// The values of a session, by key.
type Data = HashMap<String, Value>;

/// Applies the changes from `before` to `after` to `data`: values that were set, and values that were removed.
fn with_changes(mut data: Data, before: &Data, after: &Data) -> Data {
    data.retain(|key, _| after.contains_key(key) || !before.contains_key(key));
    for (key, value) in after {
        if before.get(key) != Some(value) {
            data.insert(key.clone(), value.clone());
        }
    }
    data
}

fn user_id(data: &Data) -> Option<Uuid> {
    data.get(USER_ID)?.as_str()?.parse().ok()
}

fn encode(data: &Data) -> Result<String> {
    serde_json::to_string(data).map_err(|error| Error::Encode(error.to_string()))
}

/// The values of a row.
///
/// If the data is not a JSON object, the session counts as empty: an error would break every page of this
/// visitor.
fn decode(row: &Model) -> Data {
    serde_json::from_str(&row.data).unwrap_or_else(|_| {
        tracing::warn!("the data of a session cannot be read; the session counts as empty");
        Data::new()
    })
}

fn backend(error: DbErr) -> Error {
    Error::Backend(if is_unavailable(&error) {
        format!("{NO_ANSWER}: {error}")
    } else {
        error.to_string()
    })
}
