//! `/signup`: a visitor becomes a user.
//!
//! What stays open: the form tells whether an e-mail has an account, because it cannot take it a
//! second time. An app that sends mail can answer both cases alike and say the rest by mail.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Extension, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use garde::Validate;
use minijinja::context;
use sea_orm::TransactionTrait;
use serde::Deserialize;
use tower_cookies::Cookies;

use crate::app::AppState;
use crate::auth;
use crate::error::Result;
use crate::forms::{self, Errors};
use crate::models::user;
use crate::posthog::PostHog;
use crate::posthog::events::UserSignedUp;
use crate::request::RequestInfo;
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
}

pub async fn show(page: Page) -> Result<Html<String>> {
    page.render(
        "signup.html",
        context! { form => context! {}, errors => context! {} },
    )
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
        return again(&page, &form, errors);
    }
    let password = form.password.clone();
    let password_hash = auth::hash_for_sign_up(&state, &info, &form.email, password).await?;

    // The account and its visitor are stored together or not at all.
    let transaction = state.database.begin().await?;
    let Some(user) = user::create(&transaction, &form.email, &form.name, password_hash).await?
    else {
        transaction.rollback().await?;
        let taken = "There is an account with this e-mail already. Log in instead.";
        return again(
            &page,
            &form,
            Errors::from([("email".into(), vec![taken.into()])]),
        );
    };
    let link = auth::link_visitor(&state, &transaction, &cookies, &posthog, &user).await?;
    transaction.commit().await?;

    let posthog = auth::log_in(&state, &session, &cookies, &posthog, &user, link).await?;
    posthog.capture(UserSignedUp {
        signup_method: "email",
    });
    Ok(Redirect::to("/dashboard").into_response())
}

fn again(page: &Page, form: &SignUpForm, errors: Errors) -> Result<Response> {
    forms::again(
        page,
        "signup.html",
        context! { form => context! { name => &form.name, email => &form.email }, errors },
    )
}
