//! Teas: rows with columns of every type, for lists and forms.

use hoglet_web::forms::{Stored, stored};
use hoglet_web::listing::{ListPage, ListRequest, Listing};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, Schema};
use time::OffsetDateTime;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "teas")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub owner_id: Uuid,
    pub name: String,
    pub grams: i32,
    pub stars: Option<i64>,
    pub strength: Option<f64>,
    #[sea_orm(column_type = "Decimal(Some((15, 3)))", nullable)]
    pub price: Option<Decimal>,
    pub green: Option<bool>,
    pub picked_on: Option<TimeDate>,
    pub opened_at: Option<TimeDateTimeWithTimeZone>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub notes: Option<Json>,
    pub kind: Option<Kind>,
    pub created_at: TimeDateTimeWithTimeZone,
}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "snake_case"
)]
pub enum Kind {
    Black,
    SlightlyOxidized,
}

/// The columns that the list can be sorted by.
pub const SORTABLE: &[Column] = &[
    Column::Name,
    Column::Grams,
    Column::Stars,
    Column::Strength,
    Column::Price,
    Column::Green,
    Column::PickedOn,
    Column::OpenedAt,
    Column::Kind,
    Column::Notes,
];

/// Creates the table, with an index for each column of the list.
pub async fn create_table(database: &DatabaseConnection) {
    let backend = database.get_database_backend();
    let table = Schema::new(backend).create_table_from_entity(Entity);
    database.execute(&table).await.unwrap();
    for column in ["created_at", "grams", "stars"] {
        let index = format!("CREATE INDEX teas_{column} ON teas (owner_id, {column}, id)");
        database.execute_unprepared(&index).await.unwrap();
    }
    let unique = "CREATE UNIQUE INDEX teas_owner_id_name ON teas (owner_id, name)";
    database.execute_unprepared(unique).await.unwrap();
}

pub fn new(owner_id: Uuid, name: &str) -> Model {
    Model {
        id: Uuid::new_v4(),
        owner_id,
        name: name.to_owned(),
        grams: 100,
        stars: None,
        strength: None,
        price: None,
        green: None,
        picked_on: None,
        opened_at: None,
        notes: None,
        kind: None,
        created_at: OffsetDateTime::now_utc(),
    }
}

pub async fn store(database: &DatabaseConnection, tea: Model) -> Stored<Model> {
    let tea = ActiveModel {
        id: Set(tea.id),
        owner_id: Set(tea.owner_id),
        name: Set(tea.name),
        grams: Set(tea.grams),
        stars: Set(tea.stars),
        strength: Set(tea.strength),
        price: Set(tea.price),
        green: Set(tea.green),
        picked_on: Set(tea.picked_on),
        opened_at: Set(tea.opened_at),
        notes: Set(tea.notes),
        kind: Set(tea.kind),
        created_at: Set(tea.created_at),
    };
    stored(tea.insert(database).await).unwrap()
}

pub fn listing(owner_id: Uuid) -> Listing<Entity> {
    let teas = Entity::find().filter(Column::OwnerId.eq(owner_id));
    Listing::newest_first(teas, Column::CreatedAt, Column::Id)
        .search_in(&[Column::Name])
        .sort_by(SORTABLE)
}

pub async fn page(database: &DatabaseConnection, owner_id: Uuid, query: &str) -> ListPage<Model> {
    let request = ListRequest::new("/teas", query);
    listing(owner_id).page(database, &request).await.unwrap()
}
