//! The tables of attempts, which throttles count by account and by network, and of the known networks of each
//! account.

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
                    .table("attempts")
                    .col(uuid("id").primary_key())
                    .col(string("action"))
                    // Both are keyed hashes, so the table contains no personal data.
                    .col(string("account"))
                    .col(string("network"))
                    .col(boolean("known"))
                    .col(boolean("pending"))
                    // Milliseconds since 1970. SQLite stores a timestamp as text. As text, a whole second compares
                    // as later than the same second with a fraction.
                    .col(big_integer("attempted_at"))
                    .to_owned(),
            )
            .await?;
        // The last index serves to remove expired rows.
        let indexes = [
            (
                "attempts_account",
                vec!["account", "action", "attempted_at"],
            ),
            (
                "attempts_network",
                vec!["network", "action", "attempted_at"],
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
        manager
            .create_table(
                Table::create()
                    .table("known_networks")
                    .col(uuid("user_id"))
                    .col(string("network"))
                    .col(big_integer("seen_at"))
                    .primary_key(Index::create().col("user_id").col("network"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("known_networks", "user_id")
                            .to(self.users, "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        let expired = Index::create()
            .name("known_networks_seen_at")
            .table("known_networks")
            .col("seen_at")
            .to_owned();
        manager.create_index(expired).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["known_networks", "attempts"] {
            let drop = Table::drop().table(table).to_owned();
            manager.drop_table(drop).await?;
        }
        Ok(())
    }
}
