//! The rows of an app under test, and time that passes for them.

use std::collections::HashMap;
use std::time::Duration;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, Statement,
};
use serde_json::Value;

use super::app::TestApp;
use crate::app::App;
use crate::session::handle::CONFIRMED_AT;
use crate::session::model::Entity as Sessions;
use crate::session::store::{ENDS_AT, RENEWED_AT};

/// Columns with a time in milliseconds. The times of sessions have another form.
const MOMENTS: &[(&str, &str)] = &[
    ("attempts", "attempted_at"),
    ("jobs", "failed_at"),
    ("jobs", "run_at"),
    ("known_networks", "seen_at"),
    ("tokens", "created_at"),
    ("tokens", "expires_at"),
];

impl<A: App> TestApp<A> {
    /// Lets time pass for sessions, tokens, attempts and jobs.
    ///
    /// The clock does not change; the rows become older. A job that would be due within this time is
    /// due now.
    pub async fn let_time_pass(&self, time: Duration) {
        for (table, column) in MOMENTS {
            let earlier = format!("{column} = {column} - {}", time.as_millis());
            let update = format!("UPDATE {table} SET {earlier} WHERE {column} IS NOT NULL");
            self.web.database.execute_unprepared(&update).await.unwrap();
        }
        let sessions = Sessions::find().all(&self.web.database).await.unwrap();
        for session in sessions {
            let mut data: HashMap<String, Value> = serde_json::from_str(&session.data).unwrap();
            for moment in [CONFIRMED_AT, ENDS_AT, RENEWED_AT] {
                if let Some(seconds) = data.get(moment).and_then(Value::as_i64) {
                    let earlier = seconds - i64::try_from(time.as_secs()).unwrap();
                    data.insert(moment.to_owned(), earlier.into());
                }
            }
            let mut older = session.clone().into_active_model();
            older.data = Set(serde_json::to_string(&data).unwrap());
            older.expires_at = Set(session.expires_at - time);
            older.started_at = Set(session.started_at - time);
            older.last_seen_at = Set(session.last_seen_at - time);
            older.update(&self.web.database).await.unwrap();
        }
    }

    /// The number of rows, such as in `users` or in `jobs WHERE failed_at IS NOT NULL`.
    pub async fn count_rows(&self, from: &str) -> i64 {
        let database = &self.web.database;
        let count = format!("SELECT count(*) AS count FROM {from}");
        let count = Statement::from_string(database.get_database_backend(), count);
        let row = database.query_one_raw(count).await.unwrap();
        row.unwrap().try_get("", "count").unwrap()
    }

    /// Changes rows in a way that the app does not offer.
    pub async fn execute(&self, statement: &str) {
        let done = self.web.database.execute_unprepared(statement).await;
        assert!(done.unwrap().rows_affected() > 0, "{statement}");
    }
}
