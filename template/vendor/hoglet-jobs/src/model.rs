//! The row of a job that is not done yet. A job that is done has no row.

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
    /// The queue that it waits in, see [`Job::QUEUE`](crate::job::Job::QUEUE).
    pub queue: String,
    /// Its fields, as JSON.
    pub payload: String,
    /// See [`Priority`](crate::priority::Priority).
    pub priority: i16,
    /// From then on it may be claimed: when it is due, or when its lease ends.
    pub run_at: i64,
    /// Attempts that have begun.
    pub attempt: i32,
    /// The process that works on it has this one; each claim has a fresh one.
    pub lease: Option<Uuid>,
    /// While a job waits, no other one of its kind with the same key is enqueued.
    pub unique_key: Option<String>,
    /// Whether it was ever claimed. Of the jobs with one unique key one has begun at most, and one has not.
    pub begun: bool,
    /// The [`Actor`](crate::Actor) that the job is done for, as JSON.
    #[sea_orm(column_name = "behalf")]
    pub actor: Option<String>,
    /// When it was enqueued.
    pub enqueued_at: i64,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it was given up. It is kept for a while, to be retried or discarded.
    pub failed_at: Option<i64>,
    /// When somebody asked to cancel it. Its process stops it at its next heartbeat.
    pub cancelled_at: Option<i64>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
