//! Migrations, oldest first: one file each, with a `down` that works.

use sea_orm_migration::prelude::*;

mod m0001_create_users;
mod m0002_create_sessions;
mod m0003_create_visitor_links;
mod m0004_create_attempts;
mod m0005_add_burrito_count_to_users;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_create_users::Migration),
            Box::new(m0002_create_sessions::Migration),
            Box::new(m0003_create_visitor_links::Migration),
            Box::new(m0004_create_attempts::Migration),
            Box::new(m0005_add_burrito_count_to_users::Migration),
        ]
    }
}
