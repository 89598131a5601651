//! Migrations of the schema: up, down and up again.

use hoglet_web::app::App as _;
use hoglet_web::database;
use hoglet_web::email::Email;
use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;

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
