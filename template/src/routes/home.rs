//! `/`: what this is, and the log-in form.

use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use serde::Deserialize;

use crate::auth::{self, CurrentUser};
use crate::error::Result;
use crate::view::Page;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    next: String,
}

pub async fn show(
    user: Option<CurrentUser>,
    Query(asked): Query<Asked>,
    page: Page,
) -> Result<Response> {
    if user.is_some() {
        return Ok(Redirect::to("/dashboard").into_response());
    }
    let next = auth::local_path(&asked.next).unwrap_or_default();
    let html = page.render(
        "home.html",
        context! { next, form => context! {}, errors => context! {} },
    )?;
    Ok(html.into_response())
}
