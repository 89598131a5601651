//! `/profile/sessions`: where the user is logged in, and how to end it.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use hoglet_web::database::begin;
use hoglet_web::error::{AppError, Result};
use hoglet_web::page::Page;
use hoglet_web::session::FlashLevel;
use hoglet_web::session::model::{self as sessions, UserSession};
use hoglet_web::visit::Visit;
use minijinja::{Value, context};
use sea_orm::prelude::Uuid;
use serde::Deserialize;
use time::OffsetDateTime;
use time::macros::format_description;

use super::WRONG_PASSWORD;
use crate::accounts::{self, password};
use crate::current_user::CurrentUser;
use crate::forms::{self, Errors};
use crate::models::user;
use crate::state::AppState;

const PAGE: &str = "/profile/sessions";
const END_OTHERS: &str = "/profile/sessions/delete-others";

#[derive(Deserialize)]
pub struct EndForm {
    /// Asked for where the log-in is some time ago.
    current_password: Option<String>,
}

pub async fn show(
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
) -> Result<Html<String>> {
    let listed = visit.sessions_of(user.id).await?;
    page.render("sessions.html", values(&listed, None, Errors::new()))
}

/// Ends one session; the one of this request too, which is a log-out.
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
    if let Some(answer) = ask(&visit, &user, &page, form, &listed, &action).await? {
        return Ok(answer);
    }
    sessions::end_one(&state.database, user.id, handle).await?;
    visit
        .flash(FlashLevel::Success, "The session has ended.")
        .await?;
    Ok(Redirect::to(PAGE).into_response())
}

/// Ends all but the one of this request.
pub async fn end_others(
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<EndForm>,
) -> Result<Response> {
    let listed = visit.sessions_of(user.id).await?;
    if let Some(answer) = ask(&visit, &user, &page, form, &listed, END_OTHERS).await? {
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

/// The page that asks for the password, unless it was given or the log-in is not long ago: whoever
/// finds an open browser must not lock its owner out.
async fn ask(
    visit: &Visit,
    user: &user::Model,
    page: &Page,
    form: EndForm,
    listed: &[UserSession],
    action: &str,
) -> Result<Option<Response>> {
    let again = |errors| values(listed, Some(action), errors);
    let errors = match form.current_password {
        None if visit.logged_in_within(password::ASKED_AGAIN_AFTER).await? => return Ok(None),
        None => Errors::new(),
        Some(password) => match password::check(visit, user, password).await {
            Ok(true) => return Ok(None),
            Ok(false) => forms::error("current_password", WRONG_PASSWORD),
            Err(error) => {
                return forms::again_later(page, "sessions.html", error, again).map(Some);
            }
        },
    };
    forms::again(page, "sessions.html", again(errors)).map(Some)
}

/// `action` is the form that asks for the password.
fn values(listed: &[UserSession], action: Option<&str>, errors: Errors) -> Value {
    let sessions = listed.iter().map(|session| {
        context! {
            handle => session.handle.to_string(),
            browser => &session.browser,
            address => &session.address,
            started_at => moment(session.started_at),
            last_seen_at => moment(session.last_seen_at),
            is_current => session.is_current,
        }
    });
    let sessions: Vec<_> = sessions.collect();
    context! { sessions, action, form => context! {}, errors }
}

fn moment(at: OffsetDateTime) -> String {
    let form =
        format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
    at.format(&form).unwrap_or_default()
}
