//! `/pass/{token}`: a link in a mail that logs a member in.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use hoglet_web::error::{AppError, Result};
use hoglet_web::page::Page;
use hoglet_web::session::Remember;
use hoglet_web::tokens::Purpose;
use hoglet_web::visit::Visit;
use hoglet_web::web::Web;
use minijinja::context;
use sea_orm::{EntityTrait, TransactionTrait};
use serde::Deserialize;
use time::Duration;

use super::member::{self, Member};
use super::plan::{MemberLoggedIn, PassViewed};

pub const PASS: Purpose = Purpose {
    name: "pass",
    lifetime: Duration::minutes(15),
    max_valid: 3,
};

#[derive(Deserialize)]
pub struct How {
    #[serde(default)]
    how: String,
}

#[derive(Debug, thiserror::Error)]
#[error("no pass at /pass/{0}?")]
struct NoPass(String);

pub async fn show(
    visit: Visit,
    page: Page,
    Path(token): Path<String>,
    Query(How { how }): Query<How>,
) -> Result<Html<String>> {
    visit.posthog.flags().await;
    visit.posthog.capture_view(PassViewed {});
    match how.as_str() {
        "error" => Err(NoPass(token).into()),
        "by hand" => {
            visit.posthog.capture_error(&NoPass(token));
            page.render("pass.html", context! {})
        }
        "panic" => panic!("no pass {token}"),
        _ => page.render("pass.html", context! {}),
    }
}

pub async fn enter(
    State(web): State<Web>,
    mut visit: Visit,
    Path(token): Path<String>,
) -> Result<Response> {
    let transaction = web.database.begin().await?;
    let refused = || AppError::new(StatusCode::GONE, "This pass is worth nothing any more.");
    let pass = PASS
        .spend(&transaction, &token)
        .await?
        .ok_or_else(refused)?;
    let found = member::Entity::find_by_id(pass.user_id);
    let member = found.one(&transaction).await?.ok_or_else(refused)?;
    if !pass.was_sent_to(&member.email) {
        return Err(refused());
    }
    let log_in = visit.log_in(&transaction, member, Remember::No).await?;
    transaction.commit().await?;
    log_in.finish(&mut visit).await?;
    visit.posthog.capture(MemberLoggedIn {});
    Ok(Redirect::to("/lounge").into_response())
}

/// A page for members who are logged in.
pub async fn show_to_members(_: Member, page: Page) -> Result<Html<String>> {
    page.render("pass.html", context! {})
}
