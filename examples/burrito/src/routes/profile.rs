//! `/profile`: the account, and what changes it.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use garde::Validate;
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::posthog::PostHog;
use hoglet_web::session::FlashLevel;
use hoglet_web::visit::Visit;
use minijinja::{Value, context};
use serde::Deserialize;
use time::macros::format_description;

use crate::accounts;
use crate::current_user::CurrentUser;
use crate::forms;
use crate::models::user;
use crate::posthog::events::{ProfileUpdated, ProfileViewed};
use crate::state::AppState;

pub mod deletion;
pub mod email;
pub mod password;
pub mod sessions;

/// Said at the field.
const WRONG_PASSWORD: &str = "This is not your current password.";

/// Absent fields count as empty.
#[derive(Deserialize, Validate)]
pub struct ProfileForm {
    #[serde(default)]
    #[garde(custom(forms::person_name))]
    name: String,
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

/// Changes the name.
pub async fn update(
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<ProfileForm>,
) -> Result<Response> {
    let errors = forms::validate(&form);
    if !errors.is_empty() {
        let typed = context! { name => &form.name, email => "" };
        let account = account(&state, &user).await?;
        let again = context! { at => "name", form => typed, errors, ..account };
        return forms::again(&page, "profile.html", again);
    }
    let user = Arc::unwrap_or_clone(user);
    let user = user::rename(&state.database, user, &form.name).await?;
    visit.posthog.set_person(&user);
    visit.posthog.capture(ProfileUpdated {});
    let message = "Your name was changed.";
    visit.flash(FlashLevel::Success, message).await?;
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
        waiting_for => wanted.map(|email| email.for_people()),
        demo_errors => state.settings.demo_errors,
        at => "",
        form => context! { name => &user.name, email => "" },
        errors => context! {},
    })
}
