//! `/login`: an e-mail address and its password become a session.

use std::sync::Arc;

use axum::extract::{Extension, Query, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, RequestPartsExt};
use minijinja::{Value, context};
use sea_orm::TransactionTrait;
use serde::Deserialize;
use tower_cookies::Cookies;

use crate::app::AppState;
use crate::auth::{self, CurrentUser, Next};
use crate::error::Result;
use crate::forms::{self, Errors};
use crate::models::attempt::{self, Action};
use crate::models::user;
use crate::posthog::PostHog;
use crate::posthog::events::{UserLoggedIn, UserLoginFailed};
use crate::request::RequestInfo;
use crate::routes::burrito;
use crate::session::AppSession;
use crate::view::Page;

/// One message for both causes: it does not tell whether the account exists.
const WRONG_PAIR: &str = "Wrong e-mail or password.";

#[derive(Deserialize)]
pub struct LogInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(flatten)]
    next: Next,
}

pub async fn show(
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    Query(next): Query<Next>,
    request: Request,
) -> Result<Response> {
    if user.is_some() {
        return Ok(Redirect::to("/dashboard").into_response());
    }
    // Not an argument: it takes the messages that wait, and a redirect shows none.
    let page: Page = request.into_parts().0.extract_with_state(&state).await?;
    let html = page.render("login.html", values("", &next, Errors::new()))?;
    Ok(html.into_response())
}

pub async fn log_in(
    State(state): State<AppState>,
    Extension(info): Extension<Arc<RequestInfo>>,
    session: AppSession,
    cookies: Cookies,
    posthog: PostHog,
    page: Page,
    Form(form): Form<LogInForm>,
) -> Result<Response> {
    let email = user::normalize_email(&form.email);
    let user = user::find_by_email(&state.database, &email).await?;
    let checked = auth::check_password(&state, &info, &email, user.as_ref(), form.password).await;
    let matches = match checked {
        Ok(matches) => matches,
        Err(error) => {
            let again = |errors| values(&form.email, &form.next, errors);
            return forms::again_later(&page, &info, "login.html", error, again);
        }
    };
    let Some(user) = user.filter(|_| matches) else {
        posthog.capture(UserLoginFailed {});
        let errors = forms::form_error(WRONG_PAIR);
        return forms::again(&page, "login.html", values(&form.email, &form.next, errors));
    };

    let transaction = state.database.begin().await?;
    let link = auth::link_visitor(&state, &transaction, &cookies, &posthog, &user).await?;
    burrito::hand_over(&transaction, &session, &user).await?;
    attempt::forget(&transaction, Action::LogIn, &email, &info.network()).await?;
    transaction.commit().await?;
    let posthog = auth::log_in(&state, &session, &cookies, &posthog, &user, link).await?;
    posthog.capture(UserLoggedIn {
        login_method: "email",
    });
    Ok(Redirect::to(form.next.path_or_dashboard()).into_response())
}

fn values(email: &str, next: &Next, errors: Errors) -> Value {
    context! { next => next.path(), form => context! { email }, errors }
}
