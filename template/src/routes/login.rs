//! `/login`: a pair of e-mail and password becomes a session.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use sea_orm::TransactionTrait;
use serde::Deserialize;
use tower_cookies::Cookies;

use crate::app::AppState;
use crate::auth;
use crate::error::{AppError, Result};
use crate::forms;
use crate::models::{log_in_failure, user, visitor_link};
use crate::posthog::PostHog;
use crate::posthog::events::{UserLoggedIn, UserLoginFailed};
use crate::request::RequestInfo;
use crate::session::AppSession;
use crate::view::Page;

/// One message for both causes: it does not tell whether the account exists.
const BAD_PAIR: &str = "This e-mail and password do not go together.";

#[derive(Deserialize)]
pub struct LogInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// The form is on the home page.
pub async fn to_home() -> Redirect {
    Redirect::to("/")
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
    let address = info.ip.to_string();
    throttle(&state, &email, &address).await?;
    let user = user::find_by_email(&state.database, &email).await?;
    let matches = state
        .passwords
        .verify(form.password, user.as_ref().map(|user| &user.password_hash))
        .await?;
    // Again, for guesses that came all at once: others have failed while this one was looked at.
    throttle(&state, &email, &address).await?;
    let Some(user) = user.filter(|_| matches) else {
        log_in_failure::record(&state.database, &email, &address).await?;
        posthog.capture(UserLoginFailed {});
        let values = context! {
            next => auth::local_path(&form.next).unwrap_or_default(),
            form => context! { email => form.email },
            errors => context! { form => [BAD_PAIR] },
        };
        return forms::again(&page, "home.html", values);
    };

    let transaction = state.database.begin().await?;
    let linked = visitor_link::link(&transaction, posthog.visitor_id(), user.id).await?;
    log_in_failure::forget(&transaction, &email, &address).await?;
    transaction.commit().await?;
    let posthog = auth::log_in(&state, &session, &cookies, &posthog, &user, linked).await?;
    posthog.capture(UserLoggedIn {
        login_method: "email",
    });
    Ok(Redirect::to(auth::local_path(&form.next).unwrap_or("/dashboard")).into_response())
}

/// Turns away who has guessed too often, before anything tells whether this guess was right.
async fn throttle(state: &AppState, email: &str, address: &str) -> Result<()> {
    match log_in_failure::retry_after(&state.database, email, address).await? {
        None => Ok(()),
        Some(wait) => {
            let message = "Too many log-ins have failed. Wait a few minutes, then try again.";
            Err(AppError::new(StatusCode::TOO_MANY_REQUESTS, message)
                .retry_after(wait.unsigned_abs()))
        }
    }
}
