//! `/lounge`: for members only. Reads a flag and an experiment, and has a vote on behalf of a team.

use axum::Json;
use axum::response::{Html, IntoResponse, Redirect, Response};
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::posthog::PostHog;
use hoglet_web::session::FlashLevel;
use hoglet_web::visit::Visit;
use minijinja::context;
use minijinja::value::Serde;
use serde_json::json;

use super::member::Member;
use super::plan::{GREETING, LoungeViewed, NEW_LOUNGE, VoteCast};

pub async fn show(_: Member, posthog: PostHog, page: Page) -> Result<Html<String>> {
    posthog.capture_view(LoungeViewed {});
    let flags = posthog.flags().await;
    let greeting = match flags.variant(&GREETING) {
        Some("warm") => "Good to see you",
        Some("bold") => "Your move",
        _ => "Lounge",
    };
    let is_new = flags.is_enabled(&NEW_LOUNGE);
    let payload = Serde(flags.payload(&NEW_LOUNGE));
    page.render("lounge.html", context! { greeting, is_new, payload })
}

pub async fn vote(_: Member, visit: Visit) -> Result<Response> {
    let team = json!({ "name": "Red", "size": 11 });
    visit.posthog.with_group("team", "red", team);
    visit.posthog.capture(VoteCast { choice: "blitz" });
    if visit.wants_json() {
        Ok(Json(json!({ "success": true })).into_response())
    } else {
        visit.flash(FlashLevel::Success, "Your vote counts.");
        Ok(Redirect::to("/lounge").into_response())
    }
}
