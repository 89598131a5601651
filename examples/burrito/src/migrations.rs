//! Migrations, oldest first: one file each, named by time, with a `down` that works.

use hoglet_web::migrations::among;
use sea_orm_migration::prelude::*;

use crate::models::user;

mod m20261121_143000_create_users;
mod m20261121_143400_create_burritos;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    /// The app's own, and Hoglet's among them.
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        among::<user::Entity>(vec![
            // A new one goes to the end.
            Box::new(m20261121_143000_create_users::Migration),
            Box::new(m20261121_143400_create_burritos::Migration),
        ])
    }
}
