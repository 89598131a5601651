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

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait, IdenStatic, ModelTrait,
};
use sea_orm::{Order, QueryFilter, QueryOrder, QuerySelect, Select};

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

    /// The query of the page that a request wants, such as for `EXPLAIN`.
    ///
    /// It reads one row more than the page shows.
    pub fn query(&self, backend: DatabaseBackend, request: &ListRequest) -> Select<E> {
        let keyset = self.keyset(request);
        let (column, id) = (keyset.column, keyset.id);
        let order = Order::from(keyset.direction);
        let mut rows = self.rows.clone();
        if let Some(found) = search::condition(&self.searched, request.q(), backend) {
            rows = rows.filter(found);
        }
        if let Some(cursor) = cursor_of(request, column) {
            rows = rows.filter(keyset.after(&cursor, backend));
        }
        let rows = rows.order_by(column, order.clone()).order_by(id, order);
        rows.limit(ROWS as u64 + 1)
    }

    /// Reads the page that a request wants.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn page(
        &self,
        database: &impl ConnectionTrait,
        request: &ListRequest,
    ) -> Result<ListPage<E::Model>, DbErr> {
        let query = self.query(database.get_database_backend(), request);
        let mut rows = query.all(database).await?;
        let has_next = rows.len() > ROWS;
        rows.truncate(ROWS);
        let column = self.keyset(request).column;
        let last = rows.last().filter(|_| has_next);
        let next = last.and_then(|row| Cursor::of(row.get(column), row.get(self.id)));
        let names = self.sortable.iter().map(name);
        Ok(ListPage {
            rows,
            q: match self.searched.is_empty() {
                true => String::new(),
                false => request.q().to_owned(),
            },
            is_first: cursor_of(request, column).is_none(),
            next: next.map(|cursor| cursor.write()),
            sort: self
                .sorted(request)
                .map(|(column, direction)| (name(&column), direction)),
            sortable: names.collect(),
            path: request.path().to_owned(),
        })
    }

    fn keyset(&self, request: &ListRequest) -> Keyset<E> {
        let newest_first = (self.created_at, Direction::Descending);
        let (column, direction) = self.sorted(request).unwrap_or(newest_first);
        Keyset {
            column,
            id: self.id,
            direction,
        }
    }

    /// The column that the request sorts by, if it may.
    fn sorted(&self, request: &ListRequest) -> Option<(E::Column, Direction)> {
        let (wanted, direction) = request.sort()?;
        let mut columns = self.sortable.iter();
        let column = columns.find(|column| column.as_str() == wanted)?;
        Some((*column, direction))
    }
}

fn cursor_of(request: &ListRequest, column: impl ColumnTrait) -> Option<Cursor> {
    Cursor::read(request.after()?, column)
}

fn name(column: &impl ColumnTrait) -> String {
    column.as_str().to_owned()
}
