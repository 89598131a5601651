//! Creates tables for jobs, the last times of schedules, and paused queues.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("jobs")
                    .col(uuid("id").primary_key())
                    .col(string("kind"))
                    .col(string("queue").default("default"))
                    .col(text("payload"))
                    .col(small_integer("priority"))
                    .col(big_integer("run_at"))
                    .col(integer("attempt").default(0))
                    .col(uuid_null("lease"))
                    .col(string_null("unique_key"))
                    .col(boolean("begun").default(false))
                    .col(text_null("behalf"))
                    .col(big_integer("enqueued_at"))
                    .col(text_null("error"))
                    .col(big_integer_null("failed_at"))
                    .col(big_integer_null("cancelled_at"))
                    .to_owned(),
            )
            .await?;
        let unfinished = || Expr::col("failed_at").is_null();
        // For the workers' search: it leaves out failed jobs.
        let due = Index::create()
            .name("jobs_due")
            .table("jobs")
            .col("queue")
            .col("priority")
            .col("run_at")
            .and_where(unfinished())
            .to_owned();
        manager.create_index(due).await?;
        // With `begun`, because one job may wait while another one with the same key has begun.
        let unique = Index::create()
            .name("jobs_unique_key")
            .table("jobs")
            .col("kind")
            .col("unique_key")
            .col("begun")
            .unique()
            .and_where(unfinished())
            .to_owned();
        manager.create_index(unique).await?;
        let failed = Index::create()
            .name("jobs_failed")
            .table("jobs")
            .col("failed_at")
            .and_where(Expr::col("failed_at").is_not_null())
            .to_owned();
        manager.create_index(failed).await?;
        manager
            .create_table(
                Table::create()
                    .table("schedule_runs")
                    .col(string("schedule").primary_key())
                    .col(big_integer("last_run_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("paused_queues")
                    .col(string("queue").primary_key())
                    .col(big_integer("paused_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["paused_queues", "schedule_runs", "jobs"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        Ok(())
    }
}
