//! `/burrito`: a counter, and the app's first event.

use axum::Json;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::session::model as sessions;
use hoglet_web::session::{Key, Session};
use hoglet_web::visit::Visit;
use minijinja::context;
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::burritos;
use super::events::BurritoConsidered;
use crate::current_user::CurrentUser;
use crate::models::user;
use crate::state::AppState;

/// A visitor's count. A user's is in the database.
const COUNT: Key<i64> = Key::new("burrito_count");

pub async fn show(
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    session: Session,
    page: Page,
) -> Result<Html<String>> {
    let count = match user {
        Some(CurrentUser(user)) => burritos::count(&state.database, user.id).await?,
        None => session.get(&COUNT).await?.unwrap_or_default(),
    };
    page.render("demo/burrito.html", context! { count })
}

/// One more, for a visitor or a user: as JSON for the page's script, else back to the page.
pub async fn consider(
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    visit: Visit,
) -> Result<Response> {
    let count = match user {
        Some(CurrentUser(user)) => burritos::add(&state.database, user.id, 1).await?,
        None => one_more(&visit.session).await?,
    };
    visit.posthog.capture(BurritoConsidered {
        total_considerations: count,
    });
    if visit.wants_json() {
        Ok(Json(json!({ "success": true, "count": count })).into_response())
    } else {
        Ok(Redirect::to("/burrito").into_response())
    }
}

async fn one_more(session: &Session) -> Result<i64> {
    let count = session.get(&COUNT).await?.unwrap_or_default() + 1;
    session.set(&COUNT, count).await?;
    Ok(count)
}

/// Gives the burritos that a visitor has considered to the user they log in as. The log-in's
/// transaction ends the visitor's session, so that they are added once. What is left of the count in
/// the session's memory is read by nobody: a user's is in the database.
pub async fn hand_over(
    transaction: &impl ConnectionTrait,
    visit: &Visit,
    user: &user::Model,
) -> Result<()> {
    let count = visit.session.get(&COUNT).await?.unwrap_or_default();
    let Some(id) = visit.session.row_id().filter(|_| count > 0) else {
        return Ok(());
    };
    if sessions::end_visitors(transaction, &id).await? {
        burritos::add(transaction, user.id, count).await?;
    }
    Ok(())
}
