//! `/`: what this is, and the log-in form.

use axum::RequestPartsExt;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use serde::Deserialize;

use crate::app::AppState;
use crate::auth::{self, CurrentUser};
use crate::error::Result;
use crate::view::Page;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    next: String,
}

pub async fn show(
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Response> {
    if user.is_some() {
        let query = request.uri().query().map(|query| format!("?{query}"));
        let dashboard = format!("/dashboard{}", query.unwrap_or_default());
        return Ok(Redirect::to(&dashboard).into_response());
    }
    // Not an argument: it takes the messages that wait, and a redirect shows none.
    let page: Page = request.into_parts().0.extract_with_state(&state).await?;
    let next = auth::local_path(&asked.next).unwrap_or_default();
    let html = page.render(
        "home.html",
        context! { next, form => context! {}, errors => context! {} },
    )?;
    Ok(html.into_response())
}
