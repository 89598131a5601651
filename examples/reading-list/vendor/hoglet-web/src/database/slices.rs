//! Deleting many rows without blocking others.

use sea_orm::sea_query::{IntoCondition, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// The maximum number of rows that one statement deletes. This takes a few milliseconds.
const SLICE: u64 = 500;

/// Deletes the rows that match a condition, in slices. Returns the number of deleted rows.
///
/// Between two statements, others can take SQLite's only write lock.
///
/// # Errors
///
/// If the database does not answer. Rows that were deleted before stay deleted.
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
