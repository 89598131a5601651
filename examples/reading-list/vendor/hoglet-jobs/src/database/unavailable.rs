//! Recognizes errors of a database that does not answer.
//!
//! They are not the app's fault, and the same statement may succeed soon.

use std::error::Error;
use std::iter::successors;

use sea_orm::{ConnAcquireErr, DbErr};

/// Whether an error, or one of its sources, means that the database does not answer.
///
/// There was no free connection, a connection broke, or a lock was not released in time.
pub fn is_unavailable(error: &(dyn Error + 'static)) -> bool {
    successors(Some(error), |&error| error.source()).any(|error| {
        match error.downcast_ref::<DbErr>() {
            Some(error) => of_database(error),
            None => error.is::<ConnAcquireErr>(),
        }
    })
}

fn of_database(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) => true,
        #[cfg(any(feature = "sqlite", feature = "postgres"))]
        DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause) => match cause {
            sea_orm::RuntimeErr::SqlxError(error) => of_driver(error),
            sea_orm::RuntimeErr::Internal(_) => false,
        },
        _ => false,
    }
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn of_driver(error: &sea_orm::SqlxError) -> bool {
    use sea_orm::SqlxError;

    match error {
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => true,
        SqlxError::Database(error) => error.code().is_some_and(|code| is_passing(&code)),
        _ => false,
    }
}

/// Whether an error code means that the statement may succeed later.
///
/// PostgreSQL's codes have five characters. SQLite's are numbers, whose lowest byte is the kind.
/// Sources: <https://www.postgresql.org/docs/current/errcodes-appendix.html>,
/// <https://www.sqlite.org/rescode.html>.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn is_passing(code: &str) -> bool {
    const SQLITE_BUSY: u32 = 5;
    const SQLITE_LOCKED: u32 = 6;
    // The connection broke; resources are used up; the server is stopping or starting; a lock was not
    // released in time; a statement took too long.
    const POSTGRES: [&str; 5] = ["08", "53", "57P", "55P03", "57014"];

    if code.len() == 5 {
        return POSTGRES.iter().any(|class| code.starts_with(class));
    }
    let kind = code.parse::<u32>().map(|code| code & 0xff);
    matches!(kind, Ok(SQLITE_BUSY | SQLITE_LOCKED))
}

#[cfg(test)]
mod tests {
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    #[test]
    fn codes_tell_what_may_pass() {
        // SQLITE_BUSY ("database is locked") in its three forms, and SQLITE_LOCKED in two.
        for code in ["5", "261", "517", "6", "262"] {
            assert!(super::is_passing(code), "{code}");
        }
        // A broken connection, too many connections, shutdown, start, a lock, a statement's time limit.
        for code in ["08006", "53300", "57P01", "57P03", "55P03", "57014"] {
            assert!(super::is_passing(code), "{code}");
        }
        // Violated constraints and invalid statements, which fail again.
        for code in ["1", "19", "2067", "23505", "42P01", "22001", ""] {
            assert!(!super::is_passing(code), "{code}");
        }
    }
}
