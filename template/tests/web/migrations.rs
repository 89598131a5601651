//! Every migration can be reverted and applied again.

use app::app::App as TheApp;
use hoglet_web::app::App as _;
use hoglet_web::database::{connect, migrate, migrate_down, pending_migrations};
use sea_orm_migration::MigratorTraitSelf;

use crate::support::*;

#[tokio::test]
async fn every_migration_can_be_reverted_and_applied_again() {
    let app = App::start().await;
    let (database, migrations) = (&app.web.database, TheApp::parts().migrations);
    let all = names();
    for left in (0..all.len()).rev() {
        migrate_down(database, migrations).await.unwrap();
        let pending = pending_migrations(database, migrations).await.unwrap();
        assert_eq!(pending, all[left..], "the newest goes first");
    }

    // A connection from before may still know the old schema.
    let anew = connect(&app.web.settings.database_url).await.unwrap();
    migrate(&anew, migrations).await.unwrap();
    let pending = pending_migrations(&anew, migrations).await.unwrap();
    assert!(pending.is_empty(), "{pending:?}");
    app.sign_up(ANN).await;
}

#[test]
fn the_name_of_a_migration_says_when_it_was_made_and_what_it_does() {
    for name in names() {
        let (time, what) = name.split_at("m20261121_143000".len());
        let digits = time.bytes().filter(u8::is_ascii_digit).count();
        assert!(time.starts_with('m') && digits == 14, "{name}");
        assert!(what.starts_with('_') && what.len() > 1, "{name}");
    }
}

/// The names of all migrations, in the order that they run in.
fn names() -> Vec<String> {
    let migrations = TheApp::parts().migrations.migrations();
    let names = migrations
        .iter()
        .map(|migration| migration.name().to_owned());
    names.collect()
}
