//! Hoglet's own tables, among those of the app.
//!
//! Migrations are named by time, as SeaORM has it (`m20261121_143000_create_users`), and run in that
//! order, whoever they belong to.

use sea_orm::EntityName;
use sea_orm_migration::MigrationTrait;

mod m20261121_143100_create_sessions;
mod m20261121_143200_create_visitor_links;
mod m20261121_143300_create_attempts;
mod m20261122_100000_create_tokens;

/// The app's migrations with Hoglet's among them, in the order of their names.
///
/// Hoglet's tables refer to the users, so `U` is the entity of that table; its primary key is a UUID
/// and called `id`. The migration that makes it is older than Hoglet's first, of 21 November 2026.
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
