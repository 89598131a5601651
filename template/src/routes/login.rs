//! `/login`: a pair of e-mail and password becomes a session.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use sea_orm::TransactionTrait;
use serde::Deserialize;
use tower_cookies::Cookies;

use crate::app::AppState;
use crate::auth;
use crate::error::Result;
use crate::forms;
use crate::models::attempt::{self, Action};
use crate::models::user;
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
    let user = user::find_by_email(&state.database, &email).await?;
    let matches = auth::check_password(&state, &info, &email, user.as_ref(), form.password).await?;
    let Some(user) = user.filter(|_| matches) else {
        posthog.capture(UserLoginFailed {});
        let values = context! {
            next => auth::local_path(&form.next).unwrap_or_default(),
            form => context! { email => form.email },
            errors => context! { form => [BAD_PAIR] },
        };
        return forms::again(&page, "home.html", values);
    };

    let transaction = state.database.begin().await?;
    let link = auth::link_visitor(&state, &transaction, &cookies, &posthog, &user).await?;
    attempt::forget(&transaction, Action::LogIn, &email, &info.network()).await?;
    transaction.commit().await?;
    let posthog = auth::log_in(&state, &session, &cookies, &posthog, &user, link).await?;
    posthog.capture(UserLoggedIn {
        login_method: "email",
    });
    Ok(Redirect::to(auth::local_path(&form.next).unwrap_or("/dashboard")).into_response())
}
