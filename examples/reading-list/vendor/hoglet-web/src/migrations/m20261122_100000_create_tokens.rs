//! The table of tokens in the links of mails. They are deleted with their user.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration {
    /// The table of users.
    pub users: &'static str,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("tokens")
                    .col(uuid("id").primary_key())
                    .col(string("hash").unique_key())
                    .col(uuid("occasion"))
                    .col(uuid("user_id"))
                    .col(string("purpose"))
                    .col(string("sent_to"))
                    // Milliseconds since 1970. SQLite stores a timestamp as text. As text, a whole
                    // second compares as later than the same second with a fraction.
                    .col(big_integer("created_at"))
                    .col(big_integer("expires_at"))
                    .col(big_integer_null("ended_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("tokens", "user_id")
                            .to(self.users, "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        // A retry finds the token of the first attempt, even if both run at the same time.
        let one_each = Index::create()
            .name("tokens_occasion_purpose")
            .table("tokens")
            .col("occasion")
            .col("purpose")
            .unique()
            .to_owned();
        manager.create_index(one_each).await?;
        let of_user = Index::create()
            .name("tokens_user_id_purpose")
            .table("tokens")
            .col("user_id")
            .col("purpose")
            .col("id")
            .to_owned();
        manager.create_index(of_user).await?;
        let expired = Index::create()
            .name("tokens_expires_at")
            .table("tokens")
            .col("expires_at")
            .to_owned();
        manager.create_index(expired).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("tokens").to_owned())
            .await
    }
}
