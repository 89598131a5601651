//! Jobs that mail links and notices about accounts.
//!
//! The views belong to the app. `templates/mail/` has two for each purpose of `tokens::links::Links`,
//! with the variables `token` and `lifetime`, and two for each [`notice::Notice`].

pub mod address;
pub mod links;
mod message;
pub mod notice;

use crate::jobs::Jobs;
use crate::web::Web;

use address::{SendChangeOfEmail, SendConfirmation};
use links::{SendLoginLink, SendResetLink};
use notice::SendNotice;

/// The jobs of this module. Hoglet adds them to the app's table.
pub fn jobs() -> Jobs<Web> {
    Jobs::default()
        .job::<SendResetLink>()
        .job::<SendLoginLink>()
        .job::<SendConfirmation>()
        .job::<SendChangeOfEmail>()
        .job::<SendNotice>()
}
