//! The table of visitors who became users.
//!
//! A visitor id can be linked once. The row stores whether PostHog has acknowledged the link.

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
                    .table("visitor_links")
                    .col(uuid("visitor_id").primary_key())
                    .col(uuid("user_id"))
                    .col(text("first_touch"))
                    .col(timestamp_with_time_zone("linked_at"))
                    .col(timestamp_with_time_zone_null("acknowledged_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("visitor_links", "user_id")
                            .to(self.users, "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        // Speeds up the deletion of a user.
        let of_user = Index::create()
            .name("visitor_links_user_id")
            .table("visitor_links")
            .col("user_id")
            .to_owned();
        manager.create_index(of_user).await?;
        // Finds the links that must be sent again: few rows or none.
        let unacknowledged = Index::create()
            .name("visitor_links_unacknowledged")
            .table("visitor_links")
            .col("visitor_id")
            .and_where(Expr::col("acknowledged_at").is_null())
            .to_owned();
        manager.create_index(unacknowledged).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("visitor_links").to_owned())
            .await
    }
}
