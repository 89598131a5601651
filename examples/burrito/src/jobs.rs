//! The table of jobs: every job and schedule of the app on one screen. Hoglet adds its own, such as the
//! jobs that mail links.
//!
//! A job is a file in `jobs/` with a struct that implements `Job`, and a line in the table. `enqueue`
//! stores it in the transaction that needs it, and a worker runs it later.

use hoglet_web::mail;

use crate::prelude::*;

/// A new job is one line at the end: `.job::<SendInvoice>()`, or with a schedule
/// `.cron("30 8 * * MON", "Europe/Berlin", || SendReport {})`.
pub fn jobs() -> Jobs<AppState> {
    Jobs::default()
        // At most two mails at once, so that a slow mail server leaves room for other jobs.
        .queue(mail::QUEUE, 2)
}
