//! `/`: the landing page. Change `templates/home.html` to make it yours.

use axum::RequestPartsExt;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;

use crate::app::AppState;
use crate::auth::CurrentUser;
use crate::error::Result;
use crate::view::Page;

pub async fn show(
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    request: Request,
) -> Result<Response> {
    if user.is_some() {
        return Ok(Redirect::to("/dashboard").into_response());
    }
    // Not an argument: it takes the messages that wait, and a redirect shows none.
    let page: Page = request.into_parts().0.extract_with_state(&state).await?;
    Ok(page.render("home.html", context! {})?.into_response())
}
