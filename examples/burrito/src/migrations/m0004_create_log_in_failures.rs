//! Failed log-ins, which the throttle counts by account and by address.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("log_in_failures")
                    .col(uuid("id").primary_key())
                    .col(string("email"))
                    .col(string("address"))
                    .col(timestamp_with_time_zone("failed_at"))
                    .to_owned(),
            )
            .await?;
        for column in ["email", "address"] {
            let index = Index::create()
                .name(format!("log_in_failures_{column}"))
                .table("log_in_failures")
                .col(column)
                .col("failed_at")
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("log_in_failures").to_owned())
            .await
    }
}
