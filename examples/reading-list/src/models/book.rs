//! Books of users.

use hoglet_web::forms::unless_in_use;
use hoglet_web::listing::{ListPage, ListRequest, Listing};
use hoglet_web::prelude::*;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "books")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub title: String,
    pub author: String,
    pub pages: Option<i32>,
    pub status: Status,
    pub finished_on: Option<TimeDate>,
    pub created_at: TimeDateTimeWithTimeZone,
    pub updated_at: TimeDateTimeWithTimeZone,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The text that stands for the book in links and choices.
    pub fn label(&self) -> String {
        self.title.clone()
    }
}

/// The values of `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Wanted,
    Reading,
    Finished,
}

/// The books of a user.
pub fn of_user(user_id: Uuid) -> Select<Entity> {
    Entity::find().filter(Column::UserId.eq(user_id))
}

/// The book with this id, if it belongs to the user.
pub async fn find_own(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    id: Uuid,
) -> Result<Option<Model>, DbErr> {
    of_user(user_id)
        .filter(Column::Id.eq(id))
        .one(database)
        .await
}

/// One page of a user's books.
pub async fn list(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    request: &ListRequest,
) -> Result<ListPage<Model>, DbErr> {
    Listing::newest_first(of_user(user_id), Column::CreatedAt, Column::Id)
        .search_in(&[Column::Title, Column::Author])
        .sort_by(&[Column::Status])
        .page(database, request)
        .await
}

/// Deletes a book. Returns `false` if other rows refer to it.
pub async fn delete(database: &impl ConnectionTrait, row: Model) -> Result<bool> {
    unless_in_use(row.delete(database).await)
}
