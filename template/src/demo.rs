//! A guest: a burrito to consider, a dashboard, a group and some errors, to see PostHog at work.
//!
//! `docs/recipes.md` says how to remove it: everything else goes on without.

use hoglet_web::error::Result;
use hoglet_web::routes::Routes;
use hoglet_web::visit::Visit;
use sea_orm::ConnectionTrait;

use crate::models::user;
use crate::state::AppState;

mod burrito;
mod burritos;
mod dashboard;
mod errors;
mod events;
mod groups;

/// The demo's part of the route table.
pub fn routes() -> Routes<AppState> {
    Routes::default()
        .get("/burrito", burrito::show)
        .post("/api/burrito/consider", burrito::consider)
        .get("/dashboard", dashboard::show)
        .post("/api/trigger-error", errors::trigger)
        .post("/api/group-analytics", groups::use_feature)
}

/// What a visitor did becomes the user's, in the transaction in which they log in.
pub async fn before_log_in(
    transaction: &impl ConnectionTrait,
    visit: &Visit,
    user: &user::Model,
) -> Result<()> {
    burrito::hand_over(transaction, visit, user).await
}
