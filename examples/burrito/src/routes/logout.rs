//! `/logout`: ends the session.

use axum::response::Redirect;
use hoglet_web::error::Result;
use hoglet_web::visit::Visit;

use crate::accounts;
use crate::current_user::CurrentUser;

/// Visitors are sent to the landing page too.
pub async fn log_out(user: Option<CurrentUser>, visit: Visit) -> Result<Redirect> {
    if user.is_some() {
        accounts::log_out(&visit).await?;
    }
    Ok(Redirect::to("/"))
}
