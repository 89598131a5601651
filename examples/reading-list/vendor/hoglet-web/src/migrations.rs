//! Migrations of Hoglet's own tables.
//!
//! The names of migrations begin with a time, as usual in SeaORM (`m20261121_143000_create_users`). The migrations of
//! Hoglet and of the app run together, in the order of their names.

use sea_orm::EntityName;
use sea_orm_migration::MigrationTrait;

mod m20261121_143100_create_sessions;
mod m20261121_143200_create_visitor_links;
mod m20261121_143300_create_attempts;
mod m20261122_100000_create_tokens;

/// The migrations of the app and of Hoglet, in the order of their names.
///
/// Hoglet's tables refer to the app's users. `U` is the entity of that table; its primary key must be a UUID named
/// `id`. The migration that creates it must be older than Hoglet's first migration, of 21 November 2026.
pub fn among<U: EntityName + Default>(
    mut own: Vec<Box<dyn MigrationTrait>>,
) -> Vec<Box<dyn MigrationTrait>> {
    let users = U::default().table_name();
    let ours: [Box<dyn MigrationTrait>; 4] = [
        Box::new(m20261121_143100_create_sessions::Migration { users }),
        Box::new(m20261121_143200_create_visitor_links::Migration { users }),
        Box::new(m20261121_143300_create_attempts::Migration { users }),
        Box::new(m20261122_100000_create_tokens::Migration { users }),
    ];
    own.extend(ours);
    own.extend(hoglet_jobs::migrations::migrations());
    own.sort_by(|one, other| one.name().cmp(other.name()));
    own
}
