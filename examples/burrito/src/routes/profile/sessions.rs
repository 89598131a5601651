//! `/profile/sessions`: shows where the user is logged in, and ends sessions.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use hoglet_web::database::begin;
use hoglet_web::error::{AppError, Result};
use hoglet_web::page::Page;
use hoglet_web::session::FlashLevel;
use hoglet_web::session::model::{self as sessions, UserSession};
use hoglet_web::visit::Visit;
use minijinja::value::Serde;
use minijinja::{Value, context};
use sea_orm::prelude::Uuid;
use serde::Deserialize;

use super::check_password;
use crate::accounts::{self, password};
use crate::current_user::CurrentUser;
use crate::forms::{self, Errors};
use crate::models::user;
use crate::state::AppState;

const PAGE: &str = "/profile/sessions";
const END_OTHERS: &str = "/profile/sessions/delete-others";

#[derive(Deserialize)]
pub struct EndForm {
    /// Needed if the log-in was some time ago.
    current_password: Option<String>,
}

pub async fn show(
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
) -> Result<Html<String>> {
    let listed = visit.sessions_of(user.id).await?;
    page.render("sessions.html", values(&listed, None))
}

/// Ends one session. Ending the session of this request is a log-out.
pub async fn end_one(
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
    Path(id): Path<String>,
    Form(form): Form<EndForm>,
) -> Result<Response> {
    let handle = id.parse::<Uuid>().map_err(|_| AppError::not_found())?;
    let listed = visit.sessions_of(user.id).await?;
    let session = listed.iter().find(|session| session.handle == handle);
    let session = session.ok_or_else(AppError::not_found)?;
    if session.is_current {
        accounts::log_out(&visit).await?;
        return Ok(Redirect::to("/").into_response());
    }
    let action = format!("{PAGE}/{handle}/delete");
    let asking = ask_for_password(&visit, &user, &page, form, values(&listed, Some(&action)));
    if let Some(answer) = asking.await? {
        return Ok(answer);
    }
    sessions::end_one(&state.database, user.id, handle).await?;
    let message = "The session has ended.";
    visit.flash(FlashLevel::Success, message).await?;
    Ok(Redirect::to(PAGE).into_response())
}

/// Ends all sessions but the one of this request.
pub async fn end_others(
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<EndForm>,
) -> Result<Response> {
    let listed = visit.sessions_of(user.id).await?;
    let asking = ask_for_password(
        &visit,
        &user,
        &page,
        form,
        values(&listed, Some(END_OTHERS)),
    );
    if let Some(answer) = asking.await? {
        return Ok(answer);
    }
    let transaction = begin(&state.database).await?;
    let session = visit.end_other_sessions(&transaction, &*user).await?;
    transaction.commit().await?;
    session.finish(&visit).await?;
    let message = "Your other sessions have ended.";
    visit.flash(FlashLevel::Success, message).await?;
    Ok(Redirect::to(PAGE).into_response())
}

/// The page that asks for the password, unless it was given or the log-in was not long ago: somebody
/// who finds an open browser must not lock its owner out.
async fn ask_for_password(
    visit: &Visit,
    user: &user::Model,
    page: &Page,
    form: EndForm,
    values: Value,
) -> Result<Option<Response>> {
    let with_errors = |errors: Errors| context! { errors, ..values.clone() };
    let mut errors = Errors::new();
    match form.current_password {
        None if visit.logged_in_within(password::ASK_AGAIN_AFTER).await? => return Ok(None),
        None => {}
        Some(password) => {
            if let Err(error) = check_password(visit, user, password, &mut errors).await {
                return forms::try_later(page, "sessions.html", error, with_errors).map(Some);
            }
            if errors.is_empty() {
                return Ok(None);
            }
        }
    }
    forms::invalid(page, "sessions.html", with_errors(errors)).map(Some)
}

/// `action` is where the form for the password goes.
fn values(listed: &[UserSession], action: Option<&str>) -> Value {
    context! { sessions => Serde(listed), action, form => context! {}, errors => context! {} }
}
