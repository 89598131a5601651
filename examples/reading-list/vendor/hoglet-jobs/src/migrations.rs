//! The tables that jobs need: `jobs`, `schedule_runs` and `paused_queues`.

use sea_orm_migration::MigrationTrait;

mod m20261122_090000_create_jobs;

/// The migrations, for the app's own list.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m20261122_090000_create_jobs::Migration)]
}
