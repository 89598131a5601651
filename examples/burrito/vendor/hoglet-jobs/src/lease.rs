//! Leases: only the holder of a job's lease can store how the job ended.
//!
//! The `run_at` of a claimed job is the end of its lease. So the job of a dead process becomes due again
//! without any clean-up, and one index finds both new jobs and those. To store how a job ended, a process
//! passes its lease. If another process has claimed the job meanwhile, the statement finds no row.

use std::collections::HashMap;
use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{DatabaseConnection, DbErr, QueryResult, Value};

use crate::model::Model;
use crate::sql::{execute, milliseconds, query, storable_error};

/// A claimed job, with its lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The job's id.
    pub id: Uuid,
    /// The lease's id.
    pub lease: Uuid,
}

impl Claim {
    /// The claim of a job that [`claim`](crate::claim::claim()) has returned.
    pub(crate) fn of(job: &Model) -> Self {
        Self {
            id: job.id,
            lease: job.lease.expect("a claimed job has a lease"),
        }
    }
}

/// The condition `(id = $2 AND lease = $3) OR …`. Appends its values to `values`.
fn lease_condition(values: &mut Vec<Value>, claims: &[Claim]) -> String {
    let conditions: Vec<_> = claims
        .iter()
        .map(|claim| {
            values.push(claim.id.into());
            values.push(claim.lease.into());
            format!("(id = ${} AND lease = ${})", values.len() - 1, values.len())
        })
        .collect();
    conditions.join(" OR ")
}

/// Removes jobs that are done, or cancelled. Returns how many of them were still held.
///
/// # Errors
///
/// If the database fails.
pub async fn complete(database: &DatabaseConnection, claims: &[Claim]) -> Result<u64, DbErr> {
    let mut values = Vec::new();
    let condition = lease_condition(&mut values, claims);
    execute(
        database,
        &format!("DELETE FROM jobs WHERE {condition}"),
        values,
    )
    .await
}

/// Stores that an attempt has failed. Returns whether the job was still held.
///
/// The job is tried again after `retry_in`, or kept as failed.
///
/// # Errors
///
/// If the database fails.
pub async fn fail(
    database: &DatabaseConnection,
    claim: Claim,
    error: &str,
    retry_in: Option<Duration>,
) -> Result<bool, DbErr> {
    let mut values = vec![storable_error(error).into()];
    let condition = lease_condition(&mut values, &[claim]);
    let sql = match retry_in {
        Some(wait) => {
            values.push(milliseconds(wait).into());
            format!(
                "UPDATE jobs SET lease = NULL, error = $1, run_at = {{now}} + $4 WHERE {condition}"
            )
        }
        None => {
            format!(
                "UPDATE jobs SET lease = NULL, error = $1, failed_at = {{now}} WHERE {condition}"
            )
        }
    };
    Ok(execute(database, &sql, values).await? > 0)
}

/// Postpones a job that has asked for it. Returns whether the job was still held.
///
/// The attempt does not count.
///
/// # Errors
///
/// If the database fails.
pub async fn postpone(
    database: &DatabaseConnection,
    claim: Claim,
    wait: Duration,
) -> Result<bool, DbErr> {
    let mut values = vec![milliseconds(wait).into()];
    let condition = lease_condition(&mut values, &[claim]);
    let sql = format!(
        "UPDATE jobs SET lease = NULL, run_at = {{now}} + $1, attempt = attempt - 1 WHERE {condition}"
    );
    Ok(execute(database, &sql, values).await? > 0)
}

/// Gives jobs back, so that other processes run them at once. The attempt does not count.
///
/// # Errors
///
/// If the database fails.
pub async fn give_back(database: &DatabaseConnection, claims: &[Claim]) -> Result<(), DbErr> {
    let mut values = Vec::new();
    let condition = lease_condition(&mut values, claims);
    let sql = format!(
        "UPDATE jobs SET lease = NULL, run_at = {{now}}, attempt = attempt - 1 WHERE {condition}"
    );
    execute(database, &sql, values).await.map(drop)
}

/// Extends leases. Returns the jobs that are still held, and whether they were cancelled.
///
/// # Errors
///
/// If the database fails.
pub async fn extend(
    database: &DatabaseConnection,
    claims: &[Claim],
    lease: Duration,
) -> Result<HashMap<Uuid, Extended>, DbErr> {
    let mut values = vec![milliseconds(lease).into()];
    let condition = lease_condition(&mut values, claims);
    let sql = format!(
        "UPDATE jobs SET run_at = {{now}} + $1 WHERE {condition} \
         RETURNING id, cancelled_at IS NOT NULL AS cancelled"
    );
    let of_row = |row: &QueryResult| {
        let cancelled: bool = row.try_get("", "cancelled")?;
        let state = match cancelled {
            true => Extended::Cancelled,
            false => Extended::Active,
        };
        Ok((row.try_get("", "id")?, state))
    };
    let rows = query(database, &sql, values).await?;
    rows.iter().map(of_row).collect()
}

/// The state of a job whose lease was extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extended {
    /// This process holds it.
    Active,
    /// This process holds it, and must stop it: it was cancelled.
    Cancelled,
}
