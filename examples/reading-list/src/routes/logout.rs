//! `/logout`: ends the session.

use crate::accounts;
use crate::prelude::*;

/// Visitors are sent to the landing page, too.
pub async fn log_out(user: Option<CurrentUser>, visit: Visit) -> Result<Redirect> {
    if user.is_some() {
        accounts::log_out(&visit).await?;
    }
    Ok(Redirect::to("/"))
}
