//! A tower-sessions store on SeaORM: the app's own pool, both databases.
//!
//! Each request has a store of its own, which remembers the row that was loaded: so one query brings
//! the session with its user, a save writes no index for nothing, and it writes only the values that
//! this request has changed. What another request has written meanwhile stays.

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

use super::agent;
use super::model::{ActiveModel, Column, Entity, Model};
use crate::database::is_unavailable;
use crate::database::unavailable::NO_ANSWER;
use crate::request::info::network;
use crate::session::users::{Found, Users};
use crate::users::User;

/// The key under which a session holds its user's id; the row carries it as a column too.
pub const USER_ID: &str = "user_id";

/// The key of when the session ends, whatever happens in it, in seconds; none where each visit
/// counts anew.
pub const ENDS_AT: &str = "ends_at";

/// What `save` answers when the row is gone: another request logged this session out or cycled its
/// id meanwhile. The session is over then; it must not come back, and its cookie must not be re-sent.
pub const SESSION_ENDED: &str = "the session has ended";

/// A user's row says every so many minutes that they were here, when it is written anyway.
const SEEN_EVERY: Duration = Duration::minutes(10);

/// The request that a row is written in. What a user's row tells of it is read when one is written.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What names the browser.
    pub user_agent: Option<HeaderValue>,
    /// Where it came from.
    pub ip: IpAddr,
}

impl Seen {
    /// The browser's own words, as they are kept.
    fn user_agent(&self) -> String {
        let user_agent = self.user_agent.as_ref();
        user_agent.map_or_else(String::new, |value| agent::kept(value.as_bytes()))
    }
}

/// One request's way to the table of sessions.
pub struct SeaOrmStore {
    database: DatabaseConnection,
    users: Users,
    seen: Seen,
    loaded: Mutex<Option<Found>>,
    unreachable: AtomicBool,
}

impl std::fmt::Debug for SeaOrmStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SeaOrmStore")
    }
}

impl SeaOrmStore {
    /// A store that has loaded nothing yet.
    pub fn new(database: DatabaseConnection, users: Users, seen: Seen) -> Self {
        Self {
            database,
            users,
            seen,
            loaded: Mutex::default(),
            unreachable: AtomicBool::new(false),
        }
    }

    /// The user who was loaded with the session. Only the first call gets them.
    pub fn take_user(&self) -> Option<Arc<dyn User>> {
        let mut loaded = self.loaded.lock().expect(NOT_POISONED);
        loaded.as_mut()?.1.take()
    }

    /// Whether the database failed when the session was to be loaded. Asking it once more would only
    /// make the visitor wait twice.
    pub fn unreachable(&self) -> bool {
        self.unreachable.load(Ordering::Acquire)
    }

    async fn find(&self, id: &str) -> Result<Option<Found>> {
        let found = self.users.with_session(&self.database, id).await;
        found.map_err(backend)
    }

    fn loaded(&self, id: &str) -> Option<Model> {
        let loaded = self.loaded.lock().expect(NOT_POISONED);
        let (row, _) = loaded.as_ref()?;
        (row.id == id).then(|| row.clone())
    }
}

const NOT_POISONED: &str = "nobody panics while holding what was loaded";

#[async_trait]
impl SessionStore for SeaOrmStore {
    /// Inserts a row. An id that exists is never overwritten: the record gets another one.
    async fn create(&self, record: &mut Record) -> Result<()> {
        let now = OffsetDateTime::now_utc();
        let user_id = user_id(&record.data);
        // Of a visitor nothing is kept that they have not asked for.
        let seen = user_id.map(|_| (self.seen.user_agent(), network(self.seen.ip)));
        let (user_agent, address) = seen.unwrap_or_default();
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

    /// Updates the row and never inserts one, so that a request still under way during a log-out
    /// cannot bring the session back.
    ///
    /// The row is written only if its data is still what this request knows. Otherwise another
    /// request was faster: its values are read, this request's changes are made to them, and it is
    /// tried again. Each further round means that some request has got through, so it comes to an end.
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
                && row.last_seen_at + SEEN_EVERY <= now
            {
                update = update
                    .col_expr(Column::LastSeenAt, Expr::value(now))
                    .col_expr(Column::UserAgent, Expr::value(self.seen.user_agent()))
                    .col_expr(Column::Address, Expr::value(network(self.seen.ip)));
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

/// A session's values by key.
type Data = HashMap<String, Value>;

/// `data` with what differs between `before` and `after`: values that were set, and ones taken away.
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

/// What a row holds; nothing, where it is no JSON object. Its visitor then has an empty session, instead
/// of an error on every page.
fn decode(row: &Model) -> Data {
    serde_json::from_str(&row.data).unwrap_or_else(|_| {
        tracing::warn!("a session's row is not readable; it counts as empty");
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
