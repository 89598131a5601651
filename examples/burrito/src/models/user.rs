//! Accounts. A user's id is also the distinct id that PostHog knows them by.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, IntoActiveModel, SqlErr};
use serde::Serialize;
use time::OffsetDateTime;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Lower case, unique in the database.
    #[sea_orm(unique)]
    pub email: Email,
    pub name: String,
    pub password_hash: PasswordHash,
    pub created_at: TimeDateTimeWithTimeZone,
    pub updated_at: TimeDateTimeWithTimeZone,
    pub burrito_count: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// An e-mail address that never shows in `Debug`, so in no log.
#[derive(Clone, PartialEq, Eq, Serialize, DeriveValueType)]
pub struct Email(pub String);

impl std::fmt::Debug for Email {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[e-mail]")
    }
}

/// An argon2 hash that never shows in `Debug`.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct PasswordHash(pub String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[password hash]")
    }
}

impl PasswordHash {
    /// The salt, which is fresh with every hash: it tells one password from the next, and nothing
    /// about either.
    pub fn salt(&self) -> &str {
        self.0.split('$').nth(4).unwrap_or_default()
    }
}

/// No address is longer, in characters or bytes.
pub const MAX_EMAIL_LENGTH: usize = 254;

/// E-mail addresses are compared without regard to case. What no address can hold is left out, so
/// that whatever was typed can be looked up and counted: PostgreSQL takes no NUL, and a failed
/// log-in stores no megabytes.
pub fn normalize_email(email: &str) -> String {
    let written = email.trim().chars().filter(|letter| !letter.is_control());
    written
        .flat_map(char::to_lowercase)
        .take(MAX_EMAIL_LENGTH)
        .collect()
}

pub async fn find_by_email(
    database: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::Email.eq(normalize_email(email)))
        .one(database)
        .await
}

/// Inserts an account; `None` when the e-mail is taken. The database decides, so two sign-ups at once
/// cannot both win.
pub async fn create(
    database: &impl ConnectionTrait,
    email: &str,
    name: &str,
    password_hash: PasswordHash,
) -> Result<Option<Model>, DbErr> {
    let now = OffsetDateTime::now_utc();
    let user = ActiveModel {
        id: Set(Uuid::new_v4()),
        email: Set(Email(normalize_email(email))),
        name: Set(name.trim().to_owned()),
        password_hash: Set(password_hash),
        created_at: Set(now),
        updated_at: Set(now),
        burrito_count: Set(0),
    };
    match user.insert(database).await {
        Ok(user) => Ok(Some(user)),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

pub async fn rename(
    database: &impl ConnectionTrait,
    user: Model,
    name: &str,
) -> Result<Model, DbErr> {
    let mut user = user.into_active_model();
    user.name = Set(name.trim().to_owned());
    user.updated_at = Set(OffsetDateTime::now_utc());
    user.update(database).await
}

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

/// Adds to a user's count and returns how many there are now. The database adds, so that none is lost
/// when two requests come at once.
pub async fn add_burritos(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    count: i64,
) -> Result<i64, DbErr> {
    let updated = Entity::update_many()
        .col_expr(
            Column::BurritoCount,
            Expr::col(Column::BurritoCount).add(count),
        )
        .filter(Column::Id.eq(user_id))
        .exec_with_returning(database)
        .await?;
    let user = updated.into_iter().next();
    user.map(|user| user.burrito_count)
        .ok_or(DbErr::RecordNotUpdated)
}
