//! Accounts. The id of a user is also the distinct id at PostHog.

use hoglet_web::prelude::*;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LockType;
use sea_orm::{QuerySelect, SqlErr};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Normalized, see [`Email::normalized`]; unique in the database.
    #[sea_orm(unique)]
    pub email: Email,
    /// The time at which the owner confirmed the address. Until then it may be another person's.
    pub email_confirmed_at: Option<TimeDateTimeWithTimeZone>,
    pub name: String,
    pub password_hash: PasswordHash,
    pub created_at: TimeDateTimeWithTimeZone,
    pub updated_at: TimeDateTimeWithTimeZone,
}

impl ActiveModelBehavior for ActiveModel {}

impl User for Model {
    fn id(&self) -> Uuid {
        self.id
    }

    fn password_hash(&self) -> &PasswordHash {
        &self.password_hash
    }

    fn email(&self) -> &Email {
        &self.email
    }

    fn email_confirmed_at(&self) -> Option<OffsetDateTime> {
        self.email_confirmed_at
    }
}

impl Model {
    /// Whether the password is the same as in `earlier`, an older copy of the row.
    pub fn has_password_of(&self, earlier: &Self) -> bool {
        self.password_hash == earlier.password_hash
    }
}

/// The account of this address.
pub async fn find_by_email(
    database: &impl ConnectionTrait,
    email: &Email,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::Email.eq(email.clone()))
        .one(database)
        .await
}

/// The stored account; `None` if another account has the address.
pub(super) fn unless_taken(stored: Result<Model, DbErr>) -> Result<Option<Model>, DbErr> {
    match stored {
        Ok(user) => Ok(Some(user)),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The account of this id.
pub async fn find(database: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(database).await
}

/// The account of this id, locked. No other transaction can delete it before this one ends, so rows
/// that belong to it can be stored. `None` if it was deleted.
pub async fn lock(transaction: &DatabaseTransaction, id: Uuid) -> Result<Option<Model>, DbErr> {
    // SQLite has no such lock and needs none: it has one writer at a time.
    let account = Entity::find_by_id(id).lock(LockType::KeyShare);
    account.one(transaction).await
}

/// Marks the address as confirmed by its owner.
pub async fn confirm(database: &impl ConnectionTrait, user: Model) -> Result<Model, DbErr> {
    if user.email_confirmed_at.is_some() {
        return Ok(user);
    }
    let mut user = user.into_active_model();
    user.email_confirmed_at = Set(Some(OffsetDateTime::now_utc()));
    user.update(database).await
}

/// Stores a new address that its owner has confirmed. Returns `None` if another account has it.
pub async fn change_email(
    database: &impl ConnectionTrait,
    user: Model,
    email: Email,
) -> Result<Option<Model>, DbErr> {
    let now = OffsetDateTime::now_utc();
    let mut user = user.into_active_model();
    user.email = Set(email);
    user.email_confirmed_at = Set(Some(now));
    user.updated_at = Set(now);
    unless_taken(user.update(database).await)
}

/// Stores a new password without a check of the current one. The caller ends the user's sessions.
pub async fn change_password(
    database: &impl ConnectionTrait,
    user: Model,
    password_hash: PasswordHash,
) -> Result<Model, DbErr> {
    let mut user = user.into_active_model();
    user.password_hash = Set(password_hash);
    user.updated_at = Set(OffsetDateTime::now_utc());
    user.update(database).await
}

/// Stores a new password if the current one is still that of `user`. Otherwise returns `None`.
pub async fn replace_password(
    database: &impl ConnectionTrait,
    user: Model,
    password_hash: PasswordHash,
) -> Result<Option<Model>, DbErr> {
    let changes = ActiveModel {
        password_hash: Set(password_hash.clone()),
        updated_at: Set(OffsetDateTime::now_utc()),
        ..Default::default()
    };
    let changed = Entity::update_many()
        .set(changes)
        .filter(Column::Id.eq(user.id))
        .filter(Column::PasswordHash.eq(user.password_hash))
        .exec(database)
        .await?;
    if changed.rows_affected == 0 {
        return Ok(None);
    }
    find(database, user.id).await
}
