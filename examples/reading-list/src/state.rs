//! [`AppState`]: shared by handlers and jobs.
//!
//! The client of a payment service, for example, would be a field of it.

use std::sync::Arc;

use axum::extract::FromRef;
use hoglet_web::jobs::{Context, JobState};
use hoglet_web::prelude::*;
use sea_orm::DatabaseConnection;

use crate::settings::Settings;

/// Shared by handlers and jobs. It is cloned for each request, so put large values into an `Arc`.
#[derive(Clone)]
pub struct AppState {
    /// The app's own settings. Hoglet's settings are `web.settings`.
    pub settings: Arc<Settings>,
    pub database: DatabaseConnection,
    /// Hoglet's parts: cookies, passwords, PostHog, views.
    pub web: Web,
}

impl AppState {
    /// Called once, when the app starts.
    pub fn new(settings: Settings, web: Web) -> Self {
        Self {
            settings: Arc::new(settings),
            database: web.database.clone(),
            web,
        }
    }
}

/// For jobs: an attempt's `PostHog` is for the person who enqueued the job.
impl JobState for AppState {
    type Context = Context;
}

/// `Visit`, `Page` and Hoglet's own handlers need this conversion.
impl FromRef<AppState> for Web {
    fn from_ref(state: &AppState) -> Self {
        state.web.clone()
    }
}
