//! Migrations that were applied by a newer version of the app, which this one does not know.
//!
//! SeaORM refuses to migrate a database with an unknown migration. Then a process of the old version
//! could not start again while a new version is rolled out, or after it was rolled back.

use sea_orm::{DatabaseConnection, DbErr};
use sea_orm_migration::{
    MigrationName, MigrationTrait, MigratorTraitSelf, SchemaManager, async_trait,
};

/// The app's migrations, and those that only the database knows.
pub struct WithUnknown<M> {
    known: M,
    unknown: Vec<String>,
}

impl<M: MigratorTraitSelf + Copy> WithUnknown<M> {
    pub async fn read(database: &DatabaseConnection, known: M) -> Result<Self, DbErr> {
        let ours = known.migrations();
        let names: Vec<_> = ours.iter().map(|migration| migration.name()).collect();
        let mut unknown = applied_migrations(database, known).await?;
        unknown.retain(|name| !names.contains(&name.as_str()));
        Ok(Self { known, unknown })
    }
}

impl<M: MigratorTraitSelf> MigratorTraitSelf for WithUnknown<M> {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let mut migrations = self.known.migrations();
        for name in &self.unknown {
            migrations.push(Box::new(Unknown(name.clone())));
        }
        migrations
    }
}

/// The names of the applied migrations.
///
/// Reading them changes nothing: the first migration creates the table of migrations.
pub async fn applied_migrations(
    database: &DatabaseConnection,
    migrations: impl MigratorTraitSelf,
) -> Result<Vec<String>, DbErr> {
    let table = migrations.migration_table_name().to_string();
    if !SchemaManager::new(database).has_table(table).await? {
        return Ok(Vec::new());
    }
    let applied = migrations.get_migration_models(database).await?;
    Ok(applied
        .into_iter()
        .map(|migration| migration.version)
        .collect())
}

/// An applied migration of a newer version. Only its name is known.
struct Unknown(String);

impl MigrationName for Unknown {
    fn name(&self) -> &str {
        &self.0
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Unknown {
    async fn up(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        let name = &self.0;
        Err(DbErr::Migration(format!(
            "{name} was applied by a newer version of the app, which alone can take it back"
        )))
    }
}
