//! `/profile/delete`: deletes the account.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::session::FlashLevel;
use hoglet_web::visit::Visit;
use minijinja::context;
use serde::Deserialize;

use super::{account, check_password};
use crate::accounts::deletion;
use crate::current_user::CurrentUser;
use crate::forms::{self, Errors};
use crate::state::AppState;

#[derive(Deserialize)]
pub struct DeletionForm {
    #[serde(default)]
    current_password: String,
}

pub async fn delete(
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<DeletionForm>,
) -> Result<Response> {
    let account = account(&state, &user).await?;
    let with_errors = |errors| context! { at => "delete", errors, ..account };
    let mut errors = Errors::new();
    let checking = check_password(&visit, &user, form.current_password, &mut errors);
    if let Err(error) = checking.await {
        return forms::try_later(&page, "profile.html", error, with_errors);
    }
    if !errors.is_empty() {
        return forms::invalid(&page, "profile.html", with_errors(errors));
    }
    deletion::delete_own(&state, &visit, &user).await?;
    let message = "Your account was deleted. We are sorry to see you go.";
    visit.flash(FlashLevel::Success, message).await?;
    Ok(Redirect::to("/").into_response())
}
