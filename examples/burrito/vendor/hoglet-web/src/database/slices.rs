//! Deleting without holding others up.

use sea_orm::sea_query::{IntoCondition, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// Rows that one statement deletes at most: a few milliseconds.
const SLICE: u64 = 500;

/// Deletes the rows that a condition names, some at a time: between two statements SQLite's only
/// write lock is free for others. Returns how many went.
///
/// # Errors
///
/// Where the database does not answer; what was deleted before stays deleted.
pub async fn delete_in_slices<E: EntityTrait>(
    database: &impl ConnectionTrait,
    id: E::Column,
    condition: impl IntoCondition + Clone,
) -> Result<u64, DbErr> {
    let mut deleted = 0;
    loop {
        let slice = Query::select()
            .column(id)
            .from(E::default())
            .cond_where(condition.clone())
            .limit(SLICE)
            .to_owned();
        let delete = E::delete_many().filter(id.in_subquery(slice));
        let rows = delete.exec(database).await?.rows_affected;
        deleted += rows;
        if rows < SLICE {
            return Ok(deleted);
        }
    }
}
