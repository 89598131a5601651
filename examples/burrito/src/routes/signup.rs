//! `/signup`: a visitor becomes a user.
//!
//! What stays open: the form tells whether an e-mail has an account, because it cannot take it a
//! second time. An app that sends mail can answer both cases alike and say the rest by mail.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Extension, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use garde::Validate;
use minijinja::{Value, context};
use sea_orm::TransactionTrait;
use serde::Deserialize;
use tower_cookies::Cookies;

use crate::app::AppState;
use crate::auth::{self, Next};
use crate::error::Result;
use crate::forms::{self, Errors};
use crate::models::user;
use crate::posthog::PostHog;
use crate::posthog::events::UserSignedUp;
use crate::request::RequestInfo;
use crate::routes::burrito;
use crate::session::AppSession;
use crate::view::Page;

#[derive(Deserialize, Validate)]
pub struct SignUpForm {
    #[serde(default)]
    #[garde(custom(forms::person_name))]
    name: String,
    #[serde(default)]
    #[garde(custom(forms::email_address))]
    email: String,
    #[serde(default)]
    #[garde(custom(forms::new_password))]
    password: String,
    #[serde(flatten)]
    #[garde(skip)]
    next: Next,
}

pub async fn show(page: Page, Query(next): Query<Next>) -> Result<Html<String>> {
    let values = context! { next => next.path(), form => context! {}, errors => context! {} };
    page.render("signup.html", values)
}

pub async fn sign_up(
    State(state): State<AppState>,
    Extension(info): Extension<Arc<RequestInfo>>,
    session: AppSession,
    cookies: Cookies,
    posthog: PostHog,
    page: Page,
    Form(form): Form<SignUpForm>,
) -> Result<Response> {
    let errors = forms::validate(&form);
    if !errors.is_empty() {
        return forms::again(&page, "signup.html", values(&form, errors));
    }
    let password = form.password.clone();
    let password_hash = match auth::hash_for_sign_up(&state, &info, &form.email, password).await {
        Ok(hash) => hash,
        Err(error) => {
            let again = |errors| values(&form, errors);
            return forms::again_later(&page, &info, "signup.html", error, again);
        }
    };

    // The account and its visitor are stored together or not at all.
    let transaction = state.database.begin().await?;
    let Some(user) = user::create(&transaction, &form.email, &form.name, password_hash).await?
    else {
        transaction.rollback().await?;
        let taken = "This e-mail already has an account. Log in instead.";
        let errors = Errors::from([("email".into(), vec![taken.into()])]);
        return forms::again(&page, "signup.html", values(&form, errors));
    };
    let link = auth::link_visitor(&state, &transaction, &cookies, &posthog, &user).await?;
    burrito::hand_over(&transaction, &session, &user).await?;
    transaction.commit().await?;

    let posthog = auth::log_in(&state, &session, &cookies, &posthog, &user, link).await?;
    posthog.capture(UserSignedUp {
        signup_method: "email",
    });
    Ok(Redirect::to(form.next.path_or_dashboard()).into_response())
}

fn values(form: &SignUpForm, errors: Errors) -> Value {
    let typed = context! { name => &form.name, email => &form.email };
    context! { next => form.next.path(), form => typed, errors }
}
