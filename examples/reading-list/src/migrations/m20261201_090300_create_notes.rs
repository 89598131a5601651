//! Creates the table of notes.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("notes")
                    .col(uuid("id").primary_key())
                    .col(uuid("user_id"))
                    .col(uuid("book_id"))
                    .col(text("body"))
                    .col(integer_null("page"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("notes", "user_id")
                            .to("users", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("notes", "book_id")
                            .to("books", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        // Serves the list, newest first.
        manager
            .create_index(
                Index::create()
                    .name("notes_user_id_created_at_id")
                    .table("notes")
                    .col("user_id")
                    .col("created_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("notes_book_id")
                    .table("notes")
                    .col("book_id")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("notes").to_owned())
            .await
    }
}
