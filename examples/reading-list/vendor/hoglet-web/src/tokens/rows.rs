//! Locking and ending rows of tokens.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, IntoCondition};
use sea_orm::{
    ColumnTrait, DatabaseBackend, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use time::OffsetDateTime;

use super::model::{Column, Entity};
use crate::timestamp::milliseconds;

/// Locks rows until the transaction ends.
///
/// The order is always the same, so that two concurrent transactions do not wait for each other. SQLite
/// has only one writer at a time anyway.
pub async fn lock(
    transaction: &DatabaseTransaction,
    rows: impl IntoCondition,
) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DatabaseBackend::Postgres {
        let rows = Entity::find().filter(rows).order_by_asc(Column::Id);
        rows.lock_exclusive().all(transaction).await?;
    }
    Ok(())
}

pub async fn end_where(
    transaction: &DatabaseTransaction,
    rows: impl IntoCondition,
) -> Result<u64, DbErr> {
    let ended = Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now()))
        .filter(Column::EndedAt.is_null())
        .filter(rows)
        .exec(transaction)
        .await?;
    Ok(ended.rows_affected)
}

pub fn now() -> i64 {
    milliseconds(OffsetDateTime::now_utc())
}
