//! `/`: the landing page. Change `templates/home.html` to make it yours.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect, Response};
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use minijinja::context;

use super::next::AFTER_LOG_IN;
use crate::current_user::CurrentUser;

/// The page for visitors; users are sent on to where a log-in leads.
pub async fn show(
    user: Option<CurrentUser>,
    RawQuery(query): RawQuery,
    page: Page,
) -> Result<Response> {
    if user.is_some() {
        // Campaigns and click ids in it are for posthog-js, on the page that is shown.
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        return Ok(Redirect::to(&format!("{AFTER_LOG_IN}{query}")).into_response());
    }
    Ok(page.render("home.html", context! {})?.into_response())
}
