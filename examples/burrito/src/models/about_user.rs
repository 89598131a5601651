//! The columns that users fill in themselves, at sign-up and on their profile.
//!
//! A new column is a field of [`AboutUser`] with its rule, its lines in `of` and `set`, and a field of
//! `user::Model`. `templates/about_user.html` has the fields of both forms.

use hoglet_web::prelude::*;
use hoglet_web::text::tidied;
use sea_orm::entity::prelude::*;

use super::user::{ActiveModel, Model, unless_taken};
use crate::forms;

/// The fields of the form. Absent fields count as empty.
#[derive(Clone, Debug, Deserialize, Serialize, Validate)]
pub struct AboutUser {
    #[serde(default)]
    #[garde(custom(forms::person_name))]
    pub name: String,
}

impl AboutUser {
    /// The form, filled in with the values of the user.
    pub fn of(user: &Model) -> Self {
        Self {
            name: user.name.clone(),
        }
    }

    fn set(self, user: &mut ActiveModel) {
        user.name = Set(tidied(&self.name));
    }

    /// Stores the columns.
    pub async fn update(
        self,
        database: &impl ConnectionTrait,
        user: Model,
    ) -> Result<Model, DbErr> {
        let mut user = user.into_active_model();
        self.set(&mut user);
        user.updated_at = Set(OffsetDateTime::now_utc());
        user.update(database).await
    }
}

/// A user who signs up.
pub struct NewUser {
    pub email: Email,
    pub about: AboutUser,
    pub password_hash: PasswordHash,
}

impl NewUser {
    /// Inserts the account. Returns `None` if the address has an account. The database decides, so of
    /// two sign-ups at once only one succeeds.
    pub async fn insert(self, database: &impl ConnectionTrait) -> Result<Option<Model>, DbErr> {
        let now = OffsetDateTime::now_utc();
        let mut user = ActiveModel {
            id: Set(Uuid::new_v4()),
            email: Set(self.email),
            password_hash: Set(self.password_hash),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        };
        self.about.set(&mut user);
        unless_taken(user.insert(database).await)
    }
}
