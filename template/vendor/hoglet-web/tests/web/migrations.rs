//! Migrations of the schema: up, down and up again.

use hoglet_web::app::App as _;
use hoglet_web::database::{self, Migrations};
use hoglet_web::email::Email;
use sea_orm::ConnectionTrait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string_null;
use tokio::task::JoinSet;

use crate::club::Club;
use crate::club::member::{self, Migrator};
use crate::support::{App, People, Person, email_of};

#[tokio::test]
async fn every_migration_can_be_taken_back() {
    let app = App::start().await;
    let database = &app.web.database;
    let migrations = Club::parts().migrations;
    let all = Migrator::migrations().len();
    for taken_back in 1..=all {
        database::migrate_down(database, migrations).await.unwrap();
        let pending = database::pending_migrations(database, migrations)
            .await
            .unwrap();
        assert_eq!(pending.len(), taken_back);
    }
    let database = &database::connect(&app.web.settings.database_url).await;
    let database = database.as_ref().unwrap();
    database::migrate(database, migrations).await.unwrap();
    assert!(
        database::pending_migrations(database, migrations)
            .await
            .unwrap()
            .is_empty()
    );
    app.sign_up("Ann").await;
}

/// Adds a column to the members.
struct AddHat;

/// Drops it again.
struct DropHat;

struct Hats;

impl MigrationName for AddHat {
    fn name(&self) -> &str {
        "m20991231_090000_add_hat_to_members"
    }
}

impl MigrationName for DropHat {
    fn name(&self) -> &str {
        "m20991231_100000_remove_hat_from_members"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for AddHat {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::alter();
        table.table("members").add_column(string_null("hat"));
        manager.alter_table(table.take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::alter();
        table.table("members").drop_column("hat");
        manager.alter_table(table.take()).await
    }
}

#[async_trait::async_trait]
impl MigrationTrait for DropHat {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        AddHat.down(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        AddHat.up(manager).await
    }
}

impl MigratorTrait for Hats {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut migrations = Migrator::migrations();
        migrations.push(Box::new(AddHat));
        migrations.push(Box::new(DropHat));
        migrations
    }
}

#[tokio::test]
async fn a_migration_drops_what_the_one_before_it_has_added() {
    let app = App::start().await;
    let database = &app.web.database;
    let migrations = Migrations::of::<Hats>();
    for _ in 0..3 {
        // Many connections that know the schema as it is now.
        let mut connections = JoinSet::new();
        for _ in 0..8 {
            let database = database.clone();
            let select = "SELECT count(*) FROM members";
            connections.spawn(async move { database.execute_unprepared(select).await.unwrap() });
        }
        connections.join_all().await;
        database::migrate(database, migrations).await.unwrap();
        database::migrate_down(database, migrations).await.unwrap();
        database::migrate_down(database, migrations).await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_from_before_a_migration_is_used_no_more() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let url = &app.web.settings.database_url;
    let before = database::connect(url).await.unwrap();
    before.ping().await.unwrap();

    let after = database::migrated(before.clone(), url, Club::parts().migrations)
        .await
        .unwrap();
    assert!(before.ping().await.is_err(), "it is closed");
    let ann = member::find(&after, &Email::normalized(&email_of("Ann"))).await;
    assert_eq!(ann.unwrap().unwrap().name, "Ann");
}

#[tokio::test]
async fn hoglets_migrations_stand_among_the_apps_by_their_time() {
    let names: Vec<_> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    assert!(names.is_sorted(), "{names:?}");
    assert!(names[0].ends_with("create_members"), "{names:?}");
    assert!(names.len() > 3, "{names:?}");
}

#[tokio::test]
async fn migrating_twice_migrates_once() {
    let app = App::start().await;
    let database = &app.web.database;
    let migrations = Club::parts().migrations;
    Migrator::down(database, None).await.unwrap();
    for _ in 0..2 {
        database::migrate(database, migrations).await.unwrap();
    }
    app.sign_up("Ann").await;
}

#[tokio::test]
#[cfg_attr(
    not(feature = "postgres"),
    ignore = "SQLite has one writer; build with `--features postgres`"
)]
async fn migrating_at_once_migrates_once() {
    let app = App::start().await;
    let database = &app.web.database;
    let migrations = Club::parts().migrations;
    Migrator::down(database, None).await.unwrap();
    let (first, second) = tokio::join!(
        database::migrate(database, migrations),
        database::migrate(database, migrations)
    );
    first.unwrap();
    second.unwrap();
    app.sign_up("Ann").await;
}

/// This happens after a rollback, or during a rollout.
#[tokio::test]
async fn a_newer_versions_migration_is_left_alone() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let newer = "INSERT INTO seaql_migrations (version, applied_at) \
                 VALUES ('m20991231_235959_create_trophies', 4102444799)";
    let database = &app.web.database;
    database.execute_unprepared(newer).await.unwrap();

    let older = app.another().await;
    assert!(ann.at(&older.url).is_signed_in().await);
    let refused = database::migrate_down(database, Club::parts().migrations).await;
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.contains("m20991231_235959_create_trophies"),
        "{refused}"
    );
}
