//! `/profile`: the account, and what changes it.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::posthog::PostHog;
use hoglet_web::session::FlashLevel;
use hoglet_web::visit::Visit;
use minijinja::{Value, context};
use serde::Deserialize;
use time::macros::format_description;

use crate::accounts::{self, password};
use crate::current_user::CurrentUser;
use crate::forms::{self, Errors};
use crate::models::user;
use crate::posthog::events::{ProfileUpdated, ProfileViewed};
use crate::state::AppState;

pub mod deletion;
pub mod email;
pub mod sessions;

/// Said at the field.
const WRONG_PASSWORD: &str = "This is not your current password.";

/// Two forms post here: one with a name, one with passwords.
#[derive(Deserialize)]
pub struct ProfileForm {
    name: Option<String>,
    current_password: Option<String>,
    new_password: Option<String>,
}

pub async fn show(
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    posthog: PostHog,
    page: Page,
) -> Result<Html<String>> {
    posthog.capture_view(ProfileViewed {});
    page.render("profile.html", account(&state, &user).await?)
}

/// Changes the name, the password or both: whichever the form holds.
pub async fn update(
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<ProfileForm>,
) -> Result<Response> {
    let changes_password = form.current_password.is_some() || form.new_password.is_some();
    let new_password = form.new_password.unwrap_or_default();
    let name = form.name.as_deref();
    let account = account(&state, &user).await?;
    let typed = context! { name => name.unwrap_or(&user.name), email => "" };
    let again = |errors| context! { at => "profile", form => typed, errors, ..account };

    let mut errors = Errors::new();
    if name.is_some() || !changes_password {
        forms::check(
            &mut errors,
            "name",
            forms::person_name(name.unwrap_or_default(), &()),
        );
    }
    if changes_password {
        forms::check(
            &mut errors,
            "new_password",
            forms::new_password(&new_password, &()),
        );
        let current = form.current_password.unwrap_or_default();
        match password::check(&visit, &user, current).await {
            Ok(true) => {}
            Ok(false) => {
                errors.extend(forms::error("current_password", WRONG_PASSWORD));
            }
            Err(error) => return forms::again_later(&page, "profile.html", error, again),
        }
    }
    if !errors.is_empty() {
        return forms::again(&page, "profile.html", again(errors));
    }

    let mut user = Arc::unwrap_or_clone(user);
    if let Some(name) = name {
        user = user::rename(&state.database, user, name).await?;
        visit
            .flash(FlashLevel::Success, "Your name was changed.")
            .await?;
    }
    if changes_password {
        let Some(changed) = password::change(&state, &visit, user, new_password).await? else {
            let message = "Your password was changed elsewhere. Log in again.";
            visit.flash(FlashLevel::Info, message).await?;
            return Ok(Redirect::to("/login").into_response());
        };
        user = changed;
        let message = "Your password was changed. Your other sessions have ended.";
        visit.flash(FlashLevel::Success, message).await?;
    }
    visit.posthog.set_person(&user);
    visit.posthog.capture(ProfileUpdated {});
    Ok(Redirect::to("/profile").into_response())
}

/// What the page shows, with its forms untouched. `at` is the one that was sent: the page has several
/// fields of one name.
async fn account(state: &AppState, user: &user::Model) -> Result<Value> {
    let day = format_description!("[day padding:none] [month repr:long] [year]");
    let member_since = user.created_at.format(&day).unwrap_or_default();
    let wanted = accounts::email::wanted(state, user).await?;
    Ok(context! {
        member_since,
        waiting_for => wanted.map(|email| email.0),
        demo_errors => state.settings.demo_errors,
        at => "",
        form => context! { name => &user.name, email => "" },
        errors => context! {},
    })
}
