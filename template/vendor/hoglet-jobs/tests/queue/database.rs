//! A database for each test.

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;

/// A database for a test: a file, or a schema in `TEST_DATABASE_URL` with the feature `postgres`.
pub enum TestDatabase {
    File(TempDir),
    Schema { server: String, name: String },
}

impl TestDatabase {
    pub async fn create() -> Self {
        let server = std::env::var("TEST_DATABASE_URL").ok();
        match server.filter(|_| cfg!(feature = "postgres")) {
            Some(server) => {
                let name = format!("jobs_{}", Uuid::new_v4().simple());
                execute(&server, &format!("CREATE SCHEMA {name}")).await;
                Self::Schema { server, name }
            }
            None => Self::File(tempfile::tempdir().unwrap()),
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::File(folder) => {
                format!("sqlite://{}/jobs.sqlite?mode=rwc", folder.path().display())
            }
            Self::Schema { server, name } => {
                format!("{server}?options=-csearch_path%3D{name}")
            }
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Self::Schema { server, name } = self else {
            return;
        };
        let (server, drop) = (server.clone(), format!("DROP SCHEMA {name} CASCADE"));
        // In another thread with another runtime, because the runtime of the test is ending.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(execute(&server, &drop));
        });
        let _ = dropping.join();
    }
}

async fn execute(server: &str, sql: &str) {
    let database = Database::connect(server).await.unwrap();
    database.execute_unprepared(sql).await.unwrap();
}
