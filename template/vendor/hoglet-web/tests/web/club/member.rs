//! Members: the club's users.

use async_trait::async_trait;
use hoglet_web::current_user::CurrentUser;
use hoglet_web::email::Email;
use hoglet_web::migrations::among;
use hoglet_web::passwords::PasswordHash;
use hoglet_web::users::{Person, User};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, SqlErr};
use sea_orm_migration::prelude::{
    MigrationName, MigrationTrait, MigratorTrait, SchemaManager, Table,
};
use sea_orm_migration::schema::{string, timestamp_with_time_zone, uuid};
use serde_json::{Map, Value};
use time::OffsetDateTime;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique)]
    pub email: Email,
    pub name: String,
    pub password_hash: PasswordHash,
    pub joined_at: TimeDateTimeWithTimeZone,
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
}

impl Person for Model {
    fn properties(&self) -> Map<String, Value> {
        Map::from_iter([
            ("email".to_owned(), self.email.as_str().into()),
            ("name".to_owned(), self.name.as_str().into()),
        ])
    }

    fn since(&self) -> OffsetDateTime {
        self.joined_at
    }
}

pub async fn find(database: &impl ConnectionTrait, email: &Email) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::Email.eq(email.clone()))
        .one(database)
        .await
}

/// Creates a member. Returns `None` if the e-mail address has an account already.
pub async fn create(
    database: &impl ConnectionTrait,
    email: Email,
    name: &str,
    password_hash: PasswordHash,
) -> Result<Option<Model>, DbErr> {
    let member = ActiveModel {
        id: Set(Uuid::new_v4()),
        email: Set(email),
        name: Set(name.to_owned()),
        password_hash: Set(password_hash),
        joined_at: Set(OffsetDateTime::now_utc()),
    };
    match member.insert(database).await {
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(None)
        }
        inserted => inserted.map(Some),
    }
}

/// The signed-in member. Visitors are redirected to the log-in.
pub type Member = CurrentUser<Model>;

pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        among::<Entity>(vec![Box::new(CreateMembers)])
    }
}

struct CreateMembers;

impl MigrationName for CreateMembers {
    fn name(&self) -> &str {
        "m20261101_090000_create_members"
    }
}

#[async_trait]
impl MigrationTrait for CreateMembers {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("members")
            .col(uuid("id").primary_key())
            .col(string("email").unique_key())
            .col(string("name"))
            .col(string("password_hash"))
            .col(timestamp_with_time_zone("joined_at"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("members").to_owned())
            .await
    }
}
