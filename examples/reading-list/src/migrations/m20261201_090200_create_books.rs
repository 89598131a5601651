//! Creates the table of books.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("books")
                    .col(uuid("id").primary_key())
                    .col(uuid("user_id"))
                    .col(string("title"))
                    .col(string("author"))
                    .col(integer_null("pages"))
                    .col(string("status"))
                    .col(date_null("finished_on"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("books", "user_id")
                            .to("users", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        // Serves the list, newest first.
        manager
            .create_index(
                Index::create()
                    .name("books_user_id_created_at_id")
                    .table("books")
                    .col("user_id")
                    .col("created_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("books_user_id_status_id")
                    .table("books")
                    .col("user_id")
                    .col("status")
                    .col("id")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("books").to_owned())
            .await
    }
}
