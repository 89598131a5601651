//! Notes of users.

use hoglet_web::forms::unless_in_use;
use hoglet_web::listing::{ListPage, ListRequest, Listing};
use hoglet_web::prelude::*;
use hoglet_web::text;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub book_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub page: Option<i32>,
    pub created_at: TimeDateTimeWithTimeZone,
    pub updated_at: TimeDateTimeWithTimeZone,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The text that stands for the note in links and choices.
    pub fn label(&self) -> String {
        format!("Note of {}", text::moment(self.created_at))
    }
}

/// The notes of a user.
pub fn of_user(user_id: Uuid) -> Select<Entity> {
    Entity::find().filter(Column::UserId.eq(user_id))
}

/// The note with this id, if it belongs to the user.
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

/// One page of a user's notes.
pub async fn list(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    request: &ListRequest,
) -> Result<ListPage<Model>, DbErr> {
    Listing::newest_first(of_user(user_id), Column::CreatedAt, Column::Id)
        .page(database, request)
        .await
}

/// Deletes a note. Returns `false` if other rows refer to it.
pub async fn delete(database: &impl ConnectionTrait, row: Model) -> Result<bool> {
    unless_in_use(row.delete(database).await)
}
