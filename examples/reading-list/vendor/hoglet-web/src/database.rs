//! The database: connecting, migrating, transactions, and deleting without blocking others.

pub mod connection;
pub mod schema;
pub mod slices;
pub mod unavailable;
mod unknown;
pub mod violation;
#[cfg(feature = "sqlite")]
pub mod write_ahead_log;

pub use hoglet_jobs::database::begin;

pub use connection::{connect, connect_existing};
pub use schema::{Migrations, migrate, migrate_down, migrated, pending_migrations};
pub use slices::delete_in_slices;
pub use unavailable::is_unavailable;
