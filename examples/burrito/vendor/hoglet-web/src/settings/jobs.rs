//! The settings of jobs.

use std::time::Duration;

use super::reader::Reader;

/// What the variables that begin with `JOBS_` say.
#[derive(Clone, Debug)]
pub struct JobsSettings {
    /// Jobs at once in this process, of all queues; none where it only serves.
    pub concurrency: usize,
    /// How long a job belongs to a process that says nothing any more. What a killed process was doing
    /// begins anew after this time.
    pub lease: Duration,
}

impl JobsSettings {
    /// Reads them.
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            concurrency: reader.number("JOBS_CONCURRENCY", 2, 0..=1_000) as usize,
            lease: reader.seconds("JOBS_LEASE_SECONDS", 30, 1..=3_600),
        }
    }
}
