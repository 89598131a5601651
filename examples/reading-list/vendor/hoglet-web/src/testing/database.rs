//! A database for one test: a SQLite file in a temporary folder.
//!
//! In a build for PostgreSQL, it is a schema of its own in the database that `TEST_DATABASE_URL`
//! names.

use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;
use uuid::Uuid;

use crate::settings::env_file;

/// A database for one test. It is removed when this value is dropped.
pub enum TestDatabase {
    /// A file in a folder.
    Sqlite(TempDir),
    /// A schema.
    Postgres {
        /// The address of its database.
        server: String,
        /// The name of the schema.
        schema: String,
    },
}

impl TestDatabase {
    /// Creates a database. `defaults` is the text of the app's `defaults.env`.
    pub async fn create(defaults: &str) -> Self {
        if cfg!(not(feature = "postgres")) {
            return Self::Sqlite(tempfile::tempdir().unwrap());
        }
        let server = std::env::var("TEST_DATABASE_URL").unwrap_or_else(|_| {
            let defaults = env_file::defaults(defaults);
            defaults.get("DATABASE_URL").cloned().unwrap_or_default()
        });
        if server.starts_with("sqlite:") {
            return Self::Sqlite(tempfile::tempdir().unwrap());
        }
        let schema = format!("test_{}", Uuid::new_v4().simple());
        execute(&server, &format!("CREATE SCHEMA {schema}")).await;
        Self::Postgres { server, schema }
    }

    /// The value for `DATABASE_URL`.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => {
                format!("sqlite://{}/app.sqlite?mode=rwc", folder.path().display())
            }
            Self::Postgres { server, schema } => {
                let separator = if server.contains('?') { '&' } else { '?' };
                format!("{server}{separator}options=-csearch_path%3D{schema}")
            }
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Self::Postgres { server, schema } = self else {
            return;
        };
        let (server, drop) = (server.clone(), format!("DROP SCHEMA {schema} CASCADE"));
        // In its own thread and runtime, because the test's runtime is ending.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(execute(&server, &drop));
        });
        if dropping.join().is_err() {
            tracing::warn!("the schema {schema} stays behind");
        }
    }
}

async fn execute(server: &str, statement: &str) {
    let database = Database::connect(server).await;
    let database = database.expect("TEST_DATABASE_URL names a PostgreSQL database for tests");
    database.execute_unprepared(statement).await.unwrap();
}
