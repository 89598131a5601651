//! The schema goes up, down and up again.

use hoglet_web::database;
use hoglet_web::migrations::Migrator;
use hoglet_web::models::user;
use sea_orm_migration::MigratorTrait;

use crate::support::{App, People, Person, email_of};

#[tokio::test]
async fn every_migration_can_be_taken_back() {
    let app = App::start().await;
    let database = &app.web.database;
    let all = Migrator::migrations().len();
    for taken_back in 1..=all {
        database::migrate_down(database).await.unwrap();
        let pending = database::pending_migrations(database).await.unwrap();
        assert_eq!(pending.len(), taken_back);
    }
    let database = &database::connect(&app.web.settings.database_url).await;
    let database = database.as_ref().unwrap();
    database::migrate(database).await.unwrap();
    assert!(
        database::pending_migrations(database)
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

    let after = database::migrated(before.clone(), url).await.unwrap();
    assert!(before.ping().await.is_err(), "it is closed");
    let ann = user::find_by_email(&after, &email_of("Ann")).await;
    assert_eq!(ann.unwrap().unwrap().name, "Ann");
}

#[tokio::test]
async fn migrating_twice_and_at_once_migrates_once() {
    let app = App::start().await;
    let database = &app.web.database;
    Migrator::down(database, None).await.unwrap();
    if cfg!(feature = "postgres") {
        let (first, second) =
            tokio::join!(database::migrate(database), database::migrate(database));
        first.unwrap();
        second.unwrap();
    }
    database::migrate(database).await.unwrap();
    database::migrate(database).await.unwrap();
    app.sign_up("Ann").await;
}
