//! The demo: a burrito to consider, a dashboard, a group and some errors.
//!
//! It shows PostHog at work. Everything else works without the demo. `docs/recipes.md` explains how to remove it.

use hoglet_web::feature::{BoxFuture, Feature, Switch};
use hoglet_web::posthog::Declared;
use sea_orm_migration::MigrationTrait;

use crate::prelude::*;

mod burrito;
mod burritos;
mod dashboard;
mod errors;
mod events;
mod flags;
mod groups;
mod m20261121_143400_create_burritos;

/// The demo as a feature, for the list in `features.rs`.
pub struct Demo;

impl Feature<AppState, user::Model> for Demo {
    fn routes(&self) -> Routes<AppState> {
        Routes::default()
            .get("/burrito", burrito::show)
            .post("/api/burrito/consider", burrito::consider)
            .get("/dashboard", dashboard::show)
            .post("/api/trigger-error", errors::trigger)
            .post("/api/group-analytics", groups::use_feature)
    }

    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261121_143400_create_burritos::Migration)]
    }

    fn flags(&self) -> &'static [Declared] {
        flags::ALL
    }

    fn switches(&self) -> &'static [Switch] {
        &[errors::DEMO_ERRORS]
    }

    fn after_log_in<'a>(
        &'a self,
        transaction: &'a DatabaseTransaction,
        visit: &'a Visit,
        user: &'a user::Model,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(burrito::hand_over(transaction, visit, user))
    }

    fn navigation(&self) -> Option<&'static str> {
        Some("demo/navigation.html")
    }

    fn home_section(&self) -> Option<&'static str> {
        Some("demo/points.html")
    }

    fn profile_section(&self, state: &AppState) -> Option<&'static str> {
        let errors = state.settings.switches.is_on(&errors::DEMO_ERRORS);
        errors.then_some("demo/errors.html")
    }
}
