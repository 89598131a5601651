//! `/`: the landing page. Change `templates/home.html` to make it yours.

use axum::extract::RawQuery;

use super::next::AFTER_LOG_IN;
use crate::features::FEATURES;
use crate::prelude::*;

/// The page for visitors. Users are sent to the default destination after log-in.
pub async fn show(
    user: Option<CurrentUser>,
    RawQuery(query): RawQuery,
    page: Page,
) -> Result<Response> {
    if user.is_some() {
        // posthog-js reads campaigns and click ids from the query of the page that is shown.
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        return Ok(Redirect::to(&format!("{AFTER_LOG_IN}{query}")).into_response());
    }
    let values = context! { sections => FEATURES.home_sections() };
    Ok(page.render("home.html", values)?.into_response())
}
