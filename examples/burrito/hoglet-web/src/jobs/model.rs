//! The row of a job that is not done yet. One that is done has none.

use sea_orm::entity::prelude::*;

/// A row of `jobs`.
///
/// Times are milliseconds since 1970 by the database's clock: one clock for all processes, and numbers
/// compare alike on SQLite, whose timestamps are texts of different lengths.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    /// By the time that it was enqueued.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The name that the job is registered under.
    pub kind: String,
    /// Its fields, as JSON.
    pub payload: String,
    /// See [`Priority`](super::priority::Priority).
    pub priority: i16,
    /// From then on it may be claimed: when it is due, or when its lease ends.
    pub run_at: i64,
    /// Attempts that have begun.
    pub attempt: i32,
    /// Who works on it; a fresh one for each claim.
    pub lease: Option<Uuid>,
    /// While it is not failed, no other job may have the same one.
    pub unique_key: Option<String>,
    /// On whose behalf, see [`behalf`](super::behalf).
    pub behalf: Option<String>,
    /// When it was written down.
    pub enqueued_at: i64,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it was given up. It is kept until somebody retries or discards it.
    pub failed_at: Option<i64>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
