//! `/profile`: the account, and what changes it.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Extension, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use minijinja::{Value, context};
use sea_orm::TransactionTrait;
use serde::Deserialize;
use time::macros::format_description;

use crate::app::AppState;
use crate::auth::{self, CurrentUser};
use crate::error::Result;
use crate::forms::{self, Errors};
use crate::models::{session, user};
use crate::posthog::PostHog;
use crate::posthog::events::{ProfileUpdated, ProfileViewed};
use crate::request::RequestInfo;
use crate::session::{AppSession, FlashLevel};
use crate::view::Page;

/// Two forms post here: one with a name, one with passwords.
#[derive(Deserialize)]
pub struct ProfileForm {
    name: Option<String>,
    current_password: Option<String>,
    new_password: Option<String>,
}

pub async fn show(
    CurrentUser(user): CurrentUser,
    posthog: PostHog,
    page: Page,
) -> Result<Html<String>> {
    posthog.capture_view(ProfileViewed {});
    page.render(
        "profile.html",
        values(&user, user.name.clone(), Errors::new()),
    )
}

pub async fn update(
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    Extension(info): Extension<Arc<RequestInfo>>,
    session: AppSession,
    posthog: PostHog,
    page: Page,
    Form(form): Form<ProfileForm>,
) -> Result<Response> {
    let name = form.name.clone().unwrap_or_else(|| user.name.clone());
    let changes_password = form.current_password.is_some() || form.new_password.is_some();
    let new_password = form.new_password.unwrap_or_default();
    let mut errors = Errors::new();
    if form.name.is_some() || !changes_password {
        check(
            &mut errors,
            "name",
            forms::person_name(form.name.as_deref().unwrap_or_default(), &()),
        );
    }
    if changes_password {
        check(
            &mut errors,
            "new_password",
            forms::new_password(&new_password, &()),
        );
        let current = form.current_password.unwrap_or_default();
        // Counted like log-ins, so that a stolen session is no way to guess the password.
        let checked =
            auth::check_password(&state, &info, &user.email.0, Some(&user), current).await;
        match checked {
            Ok(true) => {}
            Ok(false) => {
                errors.insert(
                    "current_password".into(),
                    vec!["This is not your current password.".into()],
                );
            }
            Err(error) => {
                let again = |errors| values(&user, name, errors);
                return forms::again_later(&page, &info, "profile.html", error, again);
            }
        }
    }
    if !errors.is_empty() {
        return forms::again(&page, "profile.html", values(&user, name, errors));
    }

    let mut user = Arc::unwrap_or_clone(user);
    if form.name.is_some() {
        user = user::rename(&state.database, user, &name).await?;
        session
            .flash(FlashLevel::Success, "Your name was changed.")
            .await?;
    }
    if changes_password {
        let passwords = &state.passwords.log_in;
        let password_hash = passwords.hash(&info.network(), new_password).await?;
        // Both or nothing: a new password ends the sessions of those who know the old one.
        let transaction = state.database.begin().await?;
        user = user::change_password(&transaction, user, password_hash).await?;
        let this_one = session.row_id().unwrap_or_default();
        session::delete_others(&transaction, user.id, &this_one).await?;
        transaction.commit().await?;
        session.set_password(&user).await?;
        session
            .flash(
                FlashLevel::Success,
                "Your password was changed. Your other sessions have ended.",
            )
            .await?;
    }
    posthog.set_person(&user);
    posthog.capture(ProfileUpdated {});
    Ok(Redirect::to("/profile").into_response())
}

fn check(errors: &mut Errors, field: &str, outcome: garde::Result) {
    if let Err(error) = outcome {
        errors.insert(field.into(), vec![error.message().to_owned()]);
    }
}

fn values(user: &user::Model, name: String, errors: Errors) -> Value {
    let day = format_description!("[day padding:none] [month repr:long] [year]");
    let member_since = user.created_at.format(&day).unwrap_or_default();
    context! { member_since, form => context! { name }, errors }
}
