//! Lists of rows with pages, sorted columns and a search.
//!
//! A page begins after the last row of the page before (keyset pagination). So every page is equally fast, and no row
//! is shown twice or left out if others are added in the meantime.
//!
//! ```no_run
//! # mod post {
//! #     use sea_orm::entity::prelude::*;
//! #     #[sea_orm::model]
//! #     #[derive(Clone, Debug, DeriveEntityModel)]
//! #     #[sea_orm(table_name = "posts")]
//! #     pub struct Model {
//! #         #[sea_orm(primary_key, auto_increment = false)]
//! #         pub id: Uuid,
//! #         pub user_id: Uuid,
//! #         pub title: String,
//! #         pub price: i32,
//! #         pub created_at: TimeDateTimeWithTimeZone,
//! #     }
//! #     impl ActiveModelBehavior for ActiveModel {}
//! # }
//! # use post::{Column, Entity, Model};
//! # use hoglet_web::listing::{ListPage, ListRequest, Listing};
//! # use hoglet_web::prelude::*;
//! # use sea_orm::entity::prelude::*;
//! async fn list(
//!     database: &impl ConnectionTrait,
//!     user_id: Uuid,
//!     request: &ListRequest,
//! ) -> Result<ListPage<Model>, DbErr> {
//!     let posts = Entity::find().filter(Column::UserId.eq(user_id));
//!     Listing::newest_first(posts, Column::CreatedAt, Column::Id)
//!         .search_in(&[Column::Title])
//!         .sort_by(&[Column::Price])
//!         .page(database, request)
//!         .await
//! }
//! ```
//!
//! An index of the owner, the sorted column and the id serves a page, such as `(user_id, created_at, id)`.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Iden, ModelTrait, QueryFilter, QueryOrder};
use sea_orm::{QuerySelect, Select};

mod cursor;
mod links;
mod order;
mod page;
mod request;
mod search;

use cursor::Cursor;
use order::Keyset;

pub use order::Direction;
pub use page::ListPage;
pub use request::ListRequest;

/// The number of rows of a page.
const ROWS: usize = 20;

/// A list of rows, before it is known which page a request wants.
#[derive(Clone, Debug)]
pub struct Listing<E: EntityTrait> {
    rows: Select<E>,
    created_at: E::Column,
    id: E::Column,
    searched: Vec<E::Column>,
    sortable: Vec<E::Column>,
}

impl<E: EntityTrait> Listing<E> {
    /// Lists rows, the newest first. `id` orders rows of the same time.
    pub fn newest_first(rows: Select<E>, created_at: E::Column, id: E::Column) -> Self {
        Self {
            rows,
            created_at,
            id,
            searched: Vec::new(),
            sortable: Vec::new(),
        }
    }

    /// Searches these columns, which contain text, for the `q` of the request.
    pub fn search_in(mut self, columns: &[E::Column]) -> Self {
        self.searched.extend_from_slice(columns);
        self
    }

    /// Lets the request sort by these columns: `?sort=price`, or `?sort=-price` for the largest first.
    pub fn sort_by(mut self, columns: &[E::Column]) -> Self {
        let sortable = columns.iter().copied();
        self.sortable
            .extend(sortable.filter(cursor::has_known_type));
        self
    }

    /// Reads the page that the request wants.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn page(
        self,
        database: &impl ConnectionTrait,
        request: &ListRequest,
    ) -> Result<ListPage<E::Model>, DbErr> {
        let backend = database.get_database_backend();
        let sorted = request.sort().and_then(|(name, direction)| {
            let mut columns = self.sortable.iter();
            let column = columns.find(|column| column.unquoted() == name)?;
            Some((*column, direction))
        });
        let (column, direction) = sorted.unwrap_or((self.created_at, Direction::Descending));
        let keyset = Keyset::<E> {
            column,
            id: self.id,
            direction,
        };
        let cursor = request.after().and_then(|text| Cursor::read(text, column));

        let mut rows = self.rows;
        if !self.searched.is_empty()
            && let Some(found) = search::condition(&self.searched, request.q(), backend)
        {
            rows = rows.filter(found);
        }
        if let Some(cursor) = &cursor {
            rows = rows.filter(keyset.after(cursor, backend));
        }
        let rows = rows
            .order_by(column, direction.into())
            .order_by(self.id, direction.into())
            // One more row tells whether there is a next page.
            .limit(ROWS as u64 + 1);
        let mut rows = rows.all(database).await?;
        let has_next = rows.len() > ROWS;
        rows.truncate(ROWS);
        let last = rows.last().filter(|_| has_next);
        let next = last.and_then(|row| Cursor::of(row.get(column), row.get(self.id)));

        let names = self
            .sortable
            .iter()
            .map(|column| column.unquoted().to_owned());
        Ok(ListPage {
            rows,
            is_searchable: !self.searched.is_empty(),
            is_first: cursor.is_none(),
            next: next.map(|cursor| cursor.write()),
            sort: sorted.map(|(column, direction)| (column.unquoted().to_owned(), direction)),
            sortable: names.collect(),
            request: request.clone(),
        })
    }
}
