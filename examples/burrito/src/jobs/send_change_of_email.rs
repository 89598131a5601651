//! Asks the owner of an address whether an account is to have it.

use hoglet_web::email::Email;
use hoglet_web::jobs::{Job, Outcome, Run};
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};

use super::link;
use crate::models::user;
use crate::state::AppState;
use crate::tokens::CHANGE_EMAIL;

#[derive(Serialize, Deserialize)]
pub struct SendChangeOfEmail {
    pub user_id: Uuid,
    /// The new address. The account has it once the link is answered.
    pub email: Email,
}

impl Job for SendChangeOfEmail {
    type State = AppState;

    const NAME: &'static str = "send_change_of_email";

    async fn run(self, state: AppState, run: Run) -> Outcome {
        match user::find(&state.database, self.user_id).await? {
            Some(user) => link::mail(&state, &run, CHANGE_EMAIL, user.id, &self.email).await,
            None => Ok(()),
        }
    }
}
