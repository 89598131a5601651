//! `/reset-password/{token}`: a new password for who has got the link by mail.
//!
//! Opening the link changes nothing, because scanners of mail open every link. Sending the form does.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::session::FlashLevel;
use hoglet_web::visit::Visit;
use minijinja::{Value, context};
use serde::Deserialize;

use super::link_gone::{WayOn, link_gone};
use super::next::AFTER_LOG_IN;
use crate::accounts::{links, password_reset};
use crate::forms::{self, Errors};
use crate::models::user;
use crate::state::AppState;

#[derive(Deserialize)]
pub struct ResetPasswordForm {
    #[serde(default)]
    password: String,
}

pub async fn show(
    State(state): State<AppState>,
    page: Page,
    Path(token): Path<String>,
) -> Result<Response> {
    let Some(owner) = password_reset::owner(&state, &token).await? else {
        return link_gone(&page, WayOn::ForgotPassword);
    };
    let html = page.render("reset_password.html", values(&owner, Errors::new()))?;
    Ok(html.into_response())
}

pub async fn change(
    State(state): State<AppState>,
    mut visit: Visit,
    page: Page,
    Path(token): Path<String>,
    Form(form): Form<ResetPasswordForm>,
) -> Result<Response> {
    // A password that is refused spends no link, and for a dead link none is hashed.
    let Some(owner) = password_reset::owner(&state, &token).await? else {
        return link_gone(&page, WayOn::ForgotPassword);
    };
    let again = |errors| values(&owner, errors);
    let mut errors = Errors::new();
    let app_name = &state.web.settings.app_name;
    let checked = forms::new_password(&form.password, &owner.email, app_name);
    forms::check(&mut errors, "password", checked);
    if !errors.is_empty() {
        return forms::again(&page, "reset_password.html", again(errors));
    }
    match password_reset::finish(&state, &mut visit, &token, form.password).await {
        Ok(true) => {}
        Ok(false) => return link_gone(&page, WayOn::ForgotPassword),
        Err(error) => return forms::again_later(&page, "reset_password.html", error, again),
    }
    let message =
        "Your password was changed, and you are logged in. All other sessions have ended.";
    visit.flash(FlashLevel::Success, message).await?;
    Ok(Redirect::to(AFTER_LOG_IN).into_response())
}

fn values(owner: &user::Model, errors: Errors) -> Value {
    context! { account => links::hint(&owner.email), form => context! {}, errors }
}
