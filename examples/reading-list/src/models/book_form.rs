//! The form of a book.

use hoglet_web::forms::{Choice, Input, Line, Stored, stored};
use hoglet_web::prelude::*;
use sea_orm::entity::prelude::*;

use super::book::{ActiveModel, Model, Status};
use crate::forms;

/// The fields of the form. Absent fields count as empty.
#[derive(Clone, Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub struct BookForm {
    #[garde(dive)]
    pub title: Input<Line>,
    #[garde(dive)]
    pub author: Input<Line>,
    #[garde(dive)]
    pub pages: Input<Option<i32>>,
    #[garde(dive)]
    pub status: Input<Choice<Status>>,
    #[garde(dive)]
    pub finished_on: Input<Option<TimeDate>>,
}

impl BookForm {
    /// The form, filled in with the values of the book.
    pub fn of(book: &Model) -> Self {
        Self {
            title: Input::of(&book.title),
            author: Input::of(&book.author),
            pages: Input::of(&book.pages),
            status: Input::of(&book.status),
            finished_on: Input::of(&book.finished_on),
        }
    }

    fn set(&self, book: &mut ActiveModel) {
        book.title = Set(self.title.value());
        book.author = Set(self.author.value());
        book.pages = Set(self.pages.value());
        book.status = Set(self.status.value());
        book.finished_on = Set(self.finished_on.value());
    }

    /// Inserts a book of the user, or returns the messages of the form.
    pub async fn insert(
        &self,
        database: &impl ConnectionTrait,
        user_id: Uuid,
    ) -> Result<Stored<Model>> {
        let errors = forms::validate(self);
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let now = OffsetDateTime::now_utc();
        let mut book = ActiveModel {
            id: Set(Uuid::now_v7()),
            user_id: Set(user_id),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        };
        self.set(&mut book);
        stored(book.insert(database).await)
    }

    /// Changes the book, or returns the messages of the form.
    pub async fn update(
        &self,
        database: &impl ConnectionTrait,
        book: Model,
    ) -> Result<Stored<Model>> {
        let errors = forms::validate(self);
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let mut book = book.into_active_model();
        self.set(&mut book);
        book.updated_at = Set(OffsetDateTime::now_utc());
        stored(book.update(database).await)
    }
}
