//! A mail with a link: what the jobs that send one have in common.

use hoglet_web::email::Email;
use hoglet_web::jobs::{Outcome, Run};
use hoglet_web::mail::Message;
use hoglet_web::tokens::Purpose;
use minijinja::context;
use sea_orm::prelude::Uuid;

use crate::state::AppState;

/// Makes a token and mails it. The views bear the purpose's name, and make a link of `token`. Only here is
/// it known: what is stored is its hash, and a job that is tried again makes another one.
pub async fn mail(
    state: &AppState,
    run: &Run,
    purpose: Purpose,
    user_id: Uuid,
    to: &Email,
) -> Outcome {
    let token = purpose.issue(&state.database, user_id, to).await?.reveal();
    let message = Message::new(run.id, purpose.name, to).with(context! { token });
    Ok(state.web.mail.send(message).await?)
}
