//! Checks that every app must pass. A test of the app calls each of them once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use minijinja::Environment;
use sea_orm_migration::MigratorTraitSelf;

use super::app::TestApp;
use crate::app::{App, read_settings, variables};
use crate::database::{connect, migrate, migrate_down, pending_migrations};

/// The older name of `POSTHOG_PROJECT_TOKEN`, which no example lists.
const OLDER_NAME: &str = "POSTHOG_API_KEY";

/// Checks that every migration can be reverted and applied again.
///
/// The name of a migration must contain its date and what it does: `m20261121_143000_create_users`.
pub async fn migrations<A: App>(app: &TestApp<A>) {
    let (database, migrations) = (&app.web.database, A::parts().migrations);
    let all = migrations.migrations();
    let names: Vec<_> = all.iter().map(|migration| migration.name()).collect();
    for name in &names {
        let (time, what) = name.split_at("m20261121_143000".len());
        let digits = time.bytes().filter(u8::is_ascii_digit).count();
        assert!(time.starts_with('m') && digits == 14, "{name}");
        assert!(what.starts_with('_') && what.len() > 1, "{name}");
    }
    for left in (0..names.len()).rev() {
        migrate_down(database, migrations).await.unwrap();
        let pending = pending_migrations(database, migrations).await.unwrap();
        assert_eq!(pending, names[left..], "the newest goes first");
    }
    // A connection from before the migrations may still know the old schema.
    let new = connect(&app.web.settings.database_url).await.unwrap();
    migrate(&new, migrations).await.unwrap();
    let pending = pending_migrations(&new, migrations).await.unwrap();
    assert!(pending.is_empty(), "{pending:?}");
}

/// Checks that `.env.example` lists exactly the variables of the app, with their true defaults.
pub fn env_example<A: App>(example: &'static str)
where
    A::Settings: Debug,
{
    let pairs = example.lines();
    let pairs = pairs.filter_map(|line| line.strip_prefix("# ")?.split_once('='));
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_name = |name: &str| name.chars().all(is_part);
    let listed: BTreeMap<_, _> = pairs.filter(|(name, _)| is_name(name)).collect();

    let mut names: BTreeSet<_> = variables::<A>().into_iter().collect();
    names.remove(OLDER_NAME);
    let listed_names: BTreeSet<_> = listed.keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(listed_names, names);

    // This build may have no driver for the other database.
    let database = match cfg!(feature = "postgres") {
        true => "postgres://localhost/app",
        false => "sqlite:data/app.sqlite",
    };
    let read = |name: &str, value: &str| {
        let all = BTreeMap::from([("DATABASE_URL", database), (name, value)]);
        read_settings::<A>(&|name| all.get(name).map(|value| (*value).into())).unwrap()
    };
    let defaults = read("DATABASE_URL", database);
    for (name, value) in listed {
        match name {
            "APP_URL" => assert_eq!(defaults.0.app_url(), value),
            "DATABASE_URL" => assert!(A::DEFAULTS.contains(&format!("{name}={value}\n"))),
            _ => assert_eq!(
                format!("{:?}", read(name, value)),
                format!("{defaults:?}"),
                "{name}"
            ),
        }
    }
}

/// Checks that every template can be parsed.
pub fn templates<A: App>() {
    let templates = A::parts().templates;
    for name in templates.names() {
        let file = templates.get(&name).unwrap();
        let source = str::from_utf8(&file.data).unwrap();
        let parsed = Environment::new().add_template(&name, source).err();
        assert!(parsed.is_none(), "{name}: {parsed:?}");
    }
}
