//! Failed log-ins and sign-ups, which the throttle counts by account and by address.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("attempts")
                    .col(uuid("id").primary_key())
                    .col(string("action"))
                    .col(string("email"))
                    .col(string("address"))
                    .col(timestamp_with_time_zone("attempted_at"))
                    .to_owned(),
            )
            .await?;
        // The last one is for the removal of what has expired.
        let indexes = [
            ("attempts_email", vec!["email", "action", "attempted_at"]),
            (
                "attempts_address",
                vec!["address", "action", "attempted_at"],
            ),
            ("attempts_attempted_at", vec!["attempted_at"]),
        ];
        for (name, columns) in indexes {
            let mut index = Index::create().name(name).table("attempts").to_owned();
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("attempts").to_owned())
            .await
    }
}
