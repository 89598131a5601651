//! Migrations, oldest first. Each has a file with its time in the name, and a `down` that works. A new
//! migration is a file, its `mod` line and its entry in the list.

use hoglet_web::migrations::among;
use sea_orm_migration::prelude::*;

use crate::features::FEATURES;
use crate::prelude::*;

mod m20261121_143000_create_users;

mod m20261201_090200_create_books;
mod m20261201_090300_create_notes;

/// All migrations. They run when the app starts, and by `cargo run migrate up`.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    /// The migrations of the app, of its features and of Hoglet.
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut migrations: Vec<Box<dyn MigrationTrait>> = vec![
            // Add a new migration at the end.
            Box::new(m20261121_143000_create_users::Migration),
            Box::new(m20261201_090200_create_books::Migration),
            Box::new(m20261201_090300_create_notes::Migration),
        ];
        migrations.extend(FEATURES.migrations());
        among::<user::Entity>(migrations)
    }
}
