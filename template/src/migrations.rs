//! Migrations, oldest first: one file each, named by time, with a `down` that works. A new one is
//! a file, its `mod` line and its entry in the list.

use hoglet_web::migrations::among;
use sea_orm_migration::prelude::*;

use crate::features::FEATURES;
use crate::prelude::*;

mod m20261121_143000_create_users;

/// All of them. They run at the start, and by `cargo run migrate`.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    /// The app's own, those of its features and Hoglet's.
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut migrations: Vec<Box<dyn MigrationTrait>> = vec![
            // A new one goes to the end.
            Box::new(m20261121_143000_create_users::Migration),
        ];
        migrations.extend(FEATURES.migrations());
        among::<user::Entity>(migrations)
    }
}
