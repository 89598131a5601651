//! Errors of a database that does not answer, the session store's among them.

use std::error::Error;
use std::iter::successors;

use tower_sessions::{session, session_store};

/// The session store's errors hold a text only. Those of a database that does not answer begin with this.
pub const NO_ANSWER: &str = "the database does not answer";

/// Whether an error, or one of its sources, says that the database does not answer.
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
