//! `/profile/password`: another password for who knows the one of now.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::session::FlashLevel;
use hoglet_web::visit::Visit;
use minijinja::context;
use serde::Deserialize;

use super::{WRONG_PASSWORD, account};
use crate::accounts::password;
use crate::current_user::CurrentUser;
use crate::forms::{self, Errors};
use crate::posthog::events::ProfileUpdated;
use crate::state::AppState;

/// Absent fields count as empty.
#[derive(Deserialize)]
pub struct PasswordForm {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    new_password: String,
}

/// Changes the password, and ends the user's other sessions.
pub async fn change(
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<PasswordForm>,
) -> Result<Response> {
    let account = account(&state, &user).await?;
    let again = |errors| context! { at => "password", errors, ..account };
    let mut errors = Errors::new();
    let app_name = &state.web.settings.app_name;
    let checked = forms::new_password(&form.new_password, &user.email, app_name);
    forms::check(&mut errors, "new_password", checked);
    match password::check(&visit, &user, form.current_password).await {
        Ok(true) => {}
        Ok(false) => errors.extend(forms::error("current_password", WRONG_PASSWORD)),
        Err(error) => return forms::again_later(&page, "profile.html", error, again),
    }
    if !errors.is_empty() {
        return forms::again(&page, "profile.html", again(errors));
    }

    let user = Arc::unwrap_or_clone(user);
    let changed = match password::change(&state, &visit, user, form.new_password).await {
        Ok(changed) => changed,
        Err(error) => return forms::again_later(&page, "profile.html", error, again),
    };
    let Some(user) = changed else {
        let message = "Your password was changed elsewhere. Log in again.";
        visit.flash(FlashLevel::Info, message).await?;
        return Ok(Redirect::to("/login").into_response());
    };
    visit.posthog.set_person(&user);
    visit.posthog.capture(ProfileUpdated {});
    let message = "Your password was changed. Your other sessions have ended.";
    visit.flash(FlashLevel::Success, message).await?;
    Ok(Redirect::to("/profile").into_response())
}
