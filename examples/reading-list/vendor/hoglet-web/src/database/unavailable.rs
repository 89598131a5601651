//! Recognizes the errors of a database that does not answer, including the session store's.

use std::error::Error;
use std::iter::successors;

use tower_sessions::{session, session_store};

/// Errors of the session store contain only text. If the database does not answer, the text begins with
/// this.
pub const NO_ANSWER: &str = "the database does not answer";

/// Whether an error, or one of its sources, means that the database does not answer.
pub fn is_unavailable(error: &(dyn Error + 'static)) -> bool {
    hoglet_jobs::database::is_unavailable(error)
        || successors(Some(error), |&error| error.source()).any(|error| {
            matches!(
                error.downcast_ref(),
                Some(session::Error::Store(session_store::Error::Backend(reason)))
                    if reason.starts_with(NO_ANSWER)
            )
        })
}
