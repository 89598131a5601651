//! `/login`: an e-mail address and its password become a session.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::session::Remember;
use hoglet_web::visit::Visit;
use minijinja::{Value, context};
use serde::Deserialize;

use super::next::{AFTER_LOG_IN, Next};
use crate::accounts;
use crate::current_user::CurrentUser;
use crate::forms::{self, Errors};
use crate::state::AppState;

/// One message for both causes: it does not tell whether the account exists.
const WRONG_PAIR: &str = "Wrong e-mail or password.";

/// Absent fields count as empty.
#[derive(Deserialize)]
pub struct LogInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    /// `true` where the box is ticked.
    #[serde(default)]
    remember: String,
    #[serde(flatten)]
    next: Next,
}

pub async fn show(
    user: Option<CurrentUser>,
    page: Page,
    Query(next): Query<Next>,
) -> Result<Response> {
    if user.is_some() {
        return Ok(Redirect::to(AFTER_LOG_IN).into_response());
    }
    let html = page.render("login.html", values("", false, &next, Errors::new()))?;
    Ok(html.into_response())
}

pub async fn log_in(
    State(state): State<AppState>,
    mut visit: Visit,
    page: Page,
    Form(form): Form<LogInForm>,
) -> Result<Response> {
    let remember = form.remember == "true";
    let again = |errors| values(&form.email, remember, &form.next, errors);
    let (email, lifetime) = (&form.email, Remember::from(remember));
    match accounts::log_in(&state, &mut visit, email, form.password, lifetime).await {
        Ok(true) => Ok(Redirect::to(form.next.path_or_default()).into_response()),
        Ok(false) => forms::again(&page, "login.html", again(forms::form_error(WRONG_PAIR))),
        Err(error) => forms::again_later(&page, "login.html", error, again),
    }
}

/// What `login.html` knows; `/login-link` shows it too.
pub fn values(email: &str, remember: bool, next: &Next, errors: Errors) -> Value {
    context! { next => next.path(), form => context! { email, remember }, errors }
}
