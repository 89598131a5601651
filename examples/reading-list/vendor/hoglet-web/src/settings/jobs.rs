//! The settings of jobs.

use std::time::Duration;

use super::reader::Reader;

/// The settings in the variables that begin with `JOBS_`.
#[derive(Clone, Debug)]
pub struct JobsSettings {
    /// How many jobs of all queues run at the same time in this process. 0 if it only serves.
    pub concurrency: usize,
    /// How long a job belongs to a process that no longer renews its lease. After this time, the jobs
    /// of a killed process begin again.
    pub lease: Duration,
}

impl JobsSettings {
    /// Reads the settings of jobs.
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            concurrency: reader.number("JOBS_CONCURRENCY", 2, 0..=1_000) as usize,
            lease: reader.seconds("JOBS_LEASE_SECONDS", 30, 1..=3_600),
        }
    }
}
