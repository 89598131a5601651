//! `/opt-out`: the footer's switch.

use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::http::header::REFERER;
use axum::response::Redirect;
use serde::Deserialize;
use tower_cookies::Cookies;

use crate::error::{AppError, Result};
use crate::local_path::local_path;
use crate::web::Web;

/// The form of the switch.
#[derive(Deserialize)]
pub struct OptOutForm {
    #[serde(default)]
    opt_out: String,
}

/// Opts out or in again, and redirects to the page with the switch.
///
/// # Errors
///
/// 422 if `opt_out` is neither `true` nor `false`.
pub async fn switch(
    State(web): State<Web>,
    cookies: Cookies,
    headers: HeaderMap,
    Form(form): Form<OptOutForm>,
) -> Result<Redirect> {
    match form.opt_out.as_str() {
        "true" => {
            web.cookies.opt_out.set(&cookies, "true".into());
            // After a later opt-in the visitor has a new id.
            web.cookies.forget_visitor(&cookies);
        }
        "false" => web.cookies.opt_out.delete(&cookies),
        _ => {
            let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            return Err(AppError::new(status, "opt_out is true or false"));
        }
    }
    Ok(Redirect::to(&back(&headers)))
}

/// The page with the switch. Only its path is used, so this cannot lead to another site.
fn back(headers: &HeaderMap) -> String {
    let referer = headers.get(REFERER).and_then(|value| value.to_str().ok());
    let url = referer.and_then(|referer| url::Url::parse(referer).ok());
    let path = url.map(|url| match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    });
    path.as_deref()
        .and_then(local_path)
        .unwrap_or("/")
        .to_owned()
}
