//! The row of a job. It is deleted when the job is done.

use sea_orm::entity::prelude::*;

/// A row of `jobs`.
///
/// Times are milliseconds since 1970 by the database's clock, which is the same for all processes. They are
/// numbers because SQLite's timestamps are texts of different lengths, which do not compare correctly.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    /// A UUIDv7, so ids sort by the time when the job was enqueued.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The name that the job is registered under.
    pub kind: String,
    /// The queue that it waits in, see [`Job::QUEUE`](crate::Job::QUEUE).
    pub queue: String,
    /// The job's fields, as JSON.
    pub payload: String,
    /// See [`Priority`](crate::Priority).
    pub priority: i16,
    /// When it may be claimed: when it is due, or when its lease ends.
    pub run_at: i64,
    /// How many attempts have begun.
    pub attempt: i32,
    /// The lease of the process that runs it. Each claim makes a new one.
    pub lease: Option<Uuid>,
    /// While the job waits, no other job of its kind with the same key is enqueued.
    pub unique_key: Option<String>,
    /// Whether it was ever claimed.
    ///
    /// Of the jobs with the same unique key, at most one has begun and at most one has not.
    pub begun: bool,
    /// The [`StoredActor`](crate::StoredActor) that the job is done for, as JSON.
    #[sea_orm(column_name = "behalf")]
    pub actor: Option<String>,
    /// When it was enqueued.
    pub enqueued_at: i64,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it failed for the last time. It is kept for a while, to be retried or discarded.
    pub failed_at: Option<i64>,
    /// When it was cancelled. Its process stops it at the next heartbeat.
    pub cancelled_at: Option<i64>,
}

/// There are no relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
