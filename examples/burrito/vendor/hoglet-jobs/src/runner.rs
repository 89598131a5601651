//! [`Runner`]: what it takes to run jobs.

use std::sync::Arc;

use sea_orm::DatabaseConnection;

use crate::enqueuer::Enqueuer;
use crate::hooks::Hooks;
use crate::registry::Registry;

/// What it takes to run jobs.
pub struct Runner<C> {
    /// The database that holds the jobs.
    pub database: DatabaseConnection,
    /// The app's jobs and schedules.
    pub registry: Arc<Registry<C>>,
    /// What the app does around each attempt.
    pub hooks: Arc<dyn Hooks<C>>,
    /// Enqueues for nobody. Jobs get a copy of it for their own actor.
    pub jobs: Enqueuer,
}

impl<C> Clone for Runner<C> {
    fn clone(&self) -> Self {
        Self {
            database: self.database.clone(),
            registry: self.registry.clone(),
            hooks: self.hooks.clone(),
            jobs: self.jobs.clone(),
        }
    }
}
