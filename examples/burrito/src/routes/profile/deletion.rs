//! `/profile/delete`: the end of an account.

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
use crate::accounts::{deletion, password};
use crate::current_user::CurrentUser;
use crate::forms;
use crate::state::AppState;

/// Absent fields count as empty.
#[derive(Deserialize)]
pub struct DeletionForm {
    #[serde(default)]
    current_password: String,
}

/// Deletes the account of who knows its password.
pub async fn delete(
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<DeletionForm>,
) -> Result<Response> {
    let account = account(&state, &user).await?;
    let again = |errors| context! { at => "delete", errors, ..account };
    match password::check(&visit, &user, form.current_password).await {
        Ok(true) => {}
        Ok(false) => {
            let wrong = forms::error("current_password", WRONG_PASSWORD);
            return forms::again(&page, "profile.html", again(wrong));
        }
        Err(error) => return forms::again_later(&page, "profile.html", error, again),
    }
    deletion::delete_own(&state, &visit, &user).await?;
    let message = "Your account is deleted. Thank you for having been here.";
    visit.flash(FlashLevel::Success, message).await?;
    Ok(Redirect::to("/").into_response())
}
