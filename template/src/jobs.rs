//! The table of jobs: every job and schedule of the app on one screen.
//!
//! A job is a file here with a struct that implements `Job`, and a line in the table. `enqueue` writes
//! it down with the transaction that needs it; a worker does it later, until it is done.

use hoglet_web::jobs::Jobs;

use crate::state::AppState;

mod link;
mod queues;
pub mod send_change_of_email;
pub mod send_confirmation;
pub mod send_login_link;
pub mod send_notice;
pub mod send_reset_link;

use queues::MAIL;
use send_change_of_email::SendChangeOfEmail;
use send_confirmation::SendConfirmation;
use send_login_link::SendLoginLink;
use send_notice::SendNotice;
use send_reset_link::SendResetLink;

/// A new job is one line at the end: `.job::<SendInvoice>()`, or with a schedule
/// `.cron("30 8 * * MON", "Europe/Berlin", || SendReport {})`.
pub fn jobs() -> Jobs<AppState> {
    Jobs::default()
        .queue(MAIL, 2)
        .job::<SendResetLink>()
        .job::<SendLoginLink>()
        .job::<SendConfirmation>()
        .job::<SendChangeOfEmail>()
        .job::<SendNotice>()
}
