//! `/bell`: anybody may ring it, and the session counts how often.

use axum::Json;
use axum::response::{Html, IntoResponse, Redirect, Response};
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::session::{Key, Session};
use hoglet_web::visit::Visit;
use minijinja::context;
use serde_json::json;

use super::plan::BellRung;

const RINGS: Key<i64> = Key::new("rings");

pub async fn show(session: Session, page: Page) -> Result<Html<String>> {
    let rings = session.get(&RINGS).await?.unwrap_or_default();
    page.render("bell.html", context! { rings })
}

pub async fn ring(visit: Visit) -> Result<Response> {
    let rings = visit.session.get(&RINGS).await?.unwrap_or_default() + 1;
    visit.session.set(&RINGS, rings).await?;
    visit.posthog.capture(BellRung { rings });
    if visit.wants_json() {
        Ok(Json(json!({ "success": true, "count": rings })).into_response())
    } else {
        Ok(Redirect::to("/bell").into_response())
    }
}
