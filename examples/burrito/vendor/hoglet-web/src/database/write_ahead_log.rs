//! SQLite's write-ahead log, which keeps new pages until a checkpoint copies them into the database's file.
//!
//! SQLite begins the log again from its start only while no connection reads. A busy app has no such moment: its log
//! would grow for as long as the load lasts, and each query would take longer. [`keep_short`] makes that moment.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement,
};

use super::connection::{options, sqlite_options};
use crate::settings::Secret;
use crate::settings::database::SqliteFile;

/// A log of more pages is begun again. SQLite tries it itself after 1,000 pages.
const LONG: i32 = 2_000;
/// The size of such a log in bytes. A shorter file needs no look inside.
const LONG_FILE: u64 = LONG as u64 * 4096;
/// The time between two looks at the log.
const PAUSE: Duration = Duration::from_secs(1);
/// The same after the log was long, because it soon will be again.
const SHORT_PAUSE: Duration = Duration::from_millis(200);
/// How long a new beginning waits for readers. Writers wait for it meanwhile.
const PATIENCE: Duration = Duration::from_millis(50);

/// The write-ahead log of a database.
pub struct WriteAheadLog {
    file: PathBuf,
    /// A connection of its own, which waits only for [`PATIENCE`]. The first checkpoint opens it.
    database: DatabaseConnection,
}

impl WriteAheadLog {
    /// The log of the database at this address. `None` if it is not a SQLite database.
    ///
    /// # Errors
    ///
    /// If the address names no file.
    pub async fn of(url: &Secret) -> Result<Option<Self>, DbErr> {
        let url = url.expose();
        if !url.starts_with("sqlite:") {
            return Ok(None);
        }
        let mut file = SqliteFile::of(url).map_err(DbErr::Custom)?.path;
        file.as_mut_os_string().push("-wal");
        let mut options = options(url);
        options
            .max_connections(1)
            .connect_lazy(true)
            .map_sqlx_sqlite_opts(|sqlite| {
                let sqlite = sqlite_options(sqlite).create_if_missing(false);
                sqlite.busy_timeout(PATIENCE)
            });
        let database = Database::connect(options).await?;
        Ok(Some(Self { file, database }))
    }

    /// Begins the log again if it is long. Returns whether it did.
    ///
    /// A transaction that stays open prevents this. Then the log grows until a later call.
    ///
    /// # Errors
    ///
    /// If the log cannot be read, or a checkpoint fails.
    pub async fn shorten(&self) -> Result<bool, DbErr> {
        let length = self.file_length();
        if length.map_err(|error| DbErr::Custom(error.to_string()))? <= LONG_FILE {
            return Ok(false);
        }
        // The first checkpoint copies the pages while others write, so that the second one takes little time.
        let pages: i32 = self.checkpoint("PASSIVE").await?.try_get("", "log")?;
        if pages <= LONG {
            return Ok(false);
        }
        let busy: i32 = self.checkpoint("RESTART").await?.try_get("", "busy")?;
        Ok(busy == 0)
    }

    /// The size of the file in bytes. The file is missing before the first write.
    fn file_length(&self) -> io::Result<u64> {
        match self.file.metadata() {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    async fn checkpoint(&self, mode: &str) -> Result<QueryResult, DbErr> {
        let pragma = format!("PRAGMA wal_checkpoint({mode})");
        let statement = Statement::from_string(DbBackend::Sqlite, pragma);
        let result = self.database.query_one_raw(statement).await?;
        result.ok_or_else(|| DbErr::RecordNotFound("the result of a checkpoint".to_owned()))
    }
}

/// Keeps the log short, for as long as the process runs.
pub async fn keep_short(log: WriteAheadLog) {
    loop {
        let pause = match log.shorten().await {
            Ok(true) => SHORT_PAUSE,
            Ok(false) => PAUSE,
            Err(error) => {
                tracing::warn!(%error, "could not shorten the write-ahead log of the database");
                PAUSE * 10
            }
        };
        tokio::time::sleep(pause).await;
    }
}
