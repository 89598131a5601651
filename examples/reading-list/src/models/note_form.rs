//! The form of a note.

use hoglet_web::forms::{Input, MultiLine, Reference, Stored, stored};
use hoglet_web::prelude::*;
use sea_orm::entity::prelude::*;

use super::book;
use super::note::{ActiveModel, Model};
use crate::forms::{self, Errors};

/// The fields of the form. Absent fields count as empty.
#[derive(Clone, Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub struct NoteForm {
    #[garde(dive)]
    pub book_id: Input<Reference>,
    #[garde(dive)]
    pub body: Input<MultiLine>,
    #[garde(dive)]
    pub page: Input<Option<i32>>,
}

impl NoteForm {
    /// The form, filled in with the values of the note.
    pub fn of(note: &Model) -> Self {
        Self {
            book_id: Input::of(&note.book_id),
            body: Input::of(&note.body),
            page: Input::of(&note.page),
        }
    }

    fn set(&self, note: &mut ActiveModel) {
        note.book_id = Set(self.book_id.value());
        note.body = Set(self.body.value());
        note.page = Set(self.page.value());
    }

    /// Checks the form and returns its messages. A chosen row must belong to the user.
    async fn check(&self, database: &impl ConnectionTrait, user_id: Uuid) -> Result<Errors> {
        let mut errors = forms::validate(self);
        if let Some(id) = self.book_id.chosen()
            && book::find_own(database, user_id, id).await?.is_none()
        {
            errors.extend(forms::not_a_choice("book_id"));
        }
        Ok(errors)
    }

    /// Inserts a note of the user, or returns the messages of the form.
    pub async fn insert(
        &self,
        database: &impl ConnectionTrait,
        user_id: Uuid,
    ) -> Result<Stored<Model>> {
        let errors = self.check(database, user_id).await?;
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let now = OffsetDateTime::now_utc();
        let mut note = ActiveModel {
            id: Set(Uuid::now_v7()),
            user_id: Set(user_id),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        };
        self.set(&mut note);
        stored(note.insert(database).await)
    }

    /// Changes the note, or returns the messages of the form.
    pub async fn update(
        &self,
        database: &impl ConnectionTrait,
        note: Model,
    ) -> Result<Stored<Model>> {
        let errors = self.check(database, note.user_id).await?;
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let mut note = note.into_active_model();
        self.set(&mut note);
        note.updated_at = Set(OffsetDateTime::now_utc());
        stored(note.update(database).await)
    }
}

/// The books of the user, as choices with their labels.
pub async fn books(
    database: &impl ConnectionTrait,
    user_id: Uuid,
) -> Result<Vec<(Uuid, String)>, DbErr> {
    let rows = book::of_user(user_id).all(database).await?;
    let mut choices: Vec<_> = rows.iter().map(|row| (row.id, row.label())).collect();
    choices.sort_by_cached_key(|(_, label)| label.to_lowercase());
    Ok(choices)
}
