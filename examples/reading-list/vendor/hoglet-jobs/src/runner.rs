//! [`Runner`]: everything that is needed to run jobs.

use std::sync::Arc;

use sea_orm::DatabaseConnection;

use crate::enqueuer::Enqueuer;
use crate::hooks::Hooks;
use crate::registry::Registry;

/// Everything that is needed to run jobs.
pub struct Runner<C> {
    /// The database that holds the jobs.
    pub database: DatabaseConnection,
    /// The app's jobs and schedules.
    pub registry: Arc<Registry<C>>,
    /// The app's code that runs before and after each attempt.
    pub hooks: Arc<dyn Hooks<C>>,
    /// Enqueues without an actor. Jobs get a copy for their own actor.
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
