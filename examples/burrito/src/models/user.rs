//! Accounts. A user's id is also the distinct id that PostHog knows them by.

use hoglet_web::email::Email;
use hoglet_web::passwords::PasswordHash;
use hoglet_web::text::tidied;
use hoglet_web::users::User;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveValue::Set, DatabaseTransaction, IntoActiveModel, QueryOrder, QuerySelect, SqlErr,
};
use time::OffsetDateTime;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// In its one form, see [`Email::normalized`]; unique in the database.
    #[sea_orm(unique)]
    pub email: Email,
    /// When a mail to this address was answered. Until then it may be anybody's.
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
}

/// The account with this address. Addresses are normalized, so there is one at most.
pub async fn find_by_email(
    database: &impl ConnectionTrait,
    email: &Email,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::Email.eq(email.clone()))
        .one(database)
        .await
}

/// Inserts an account; `None` when the e-mail is taken. The database decides, so two sign-ups at once
/// cannot both win.
pub async fn create(
    database: &impl ConnectionTrait,
    email: Email,
    name: &str,
    password_hash: PasswordHash,
) -> Result<Option<Model>, DbErr> {
    let now = OffsetDateTime::now_utc();
    let user = ActiveModel {
        id: Set(Uuid::new_v4()),
        email: Set(email),
        email_confirmed_at: Set(None),
        name: Set(tidied(name)),
        password_hash: Set(password_hash),
        created_at: Set(now),
        updated_at: Set(now),
    };
    unless_taken(user.insert(database).await)
}

fn unless_taken(stored: Result<Model, DbErr>) -> Result<Option<Model>, DbErr> {
    match stored {
        Ok(user) => Ok(Some(user)),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Every account, the oldest first.
pub async fn all(database: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .order_by_asc(Column::CreatedAt)
        .all(database)
        .await
}

/// The account of this id.
pub async fn find(database: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(database).await
}

/// The account of this id as it is now. Nobody deletes it before the transaction ends, so rows that
/// belong to it can be stored. `None` where it is gone.
pub async fn hold(transaction: &DatabaseTransaction, id: Uuid) -> Result<Option<Model>, DbErr> {
    // SQLite has no such lock, and needs none: it has one writer at a time.
    let account = Entity::find_by_id(id).lock(LockType::KeyShare);
    account.one(transaction).await
}

/// Notes that the owner of the address has answered.
pub async fn confirm(database: &impl ConnectionTrait, user: Model) -> Result<Model, DbErr> {
    if user.email_confirmed_at.is_some() {
        return Ok(user);
    }
    let mut user = user.into_active_model();
    user.email_confirmed_at = Set(Some(OffsetDateTime::now_utc()));
    user.update(database).await
}

/// Gives the account another address, whose owner has answered; `None` when it is taken.
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

/// Deletes the account. What belongs to it goes with it, by the foreign keys of the tables. `false` where
/// it is gone already: of several at once one deletes it.
pub async fn delete(database: &impl ConnectionTrait, id: Uuid) -> Result<bool, DbErr> {
    let deleted = Entity::delete_by_id(id).exec(database).await?;
    Ok(deleted.rows_affected > 0)
}

pub async fn rename(
    database: &impl ConnectionTrait,
    user: Model,
    name: &str,
) -> Result<Model, DbErr> {
    let mut user = user.into_active_model();
    user.name = Set(tidied(name));
    user.updated_at = Set(OffsetDateTime::now_utc());
    user.update(database).await
}

/// Stores the new hash, whatever the password is by now. Who calls this ends the sessions that know
/// the old one.
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

/// Stores the new hash in place of the one that this user was read with. None where that one has been
/// replaced meanwhile.
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
