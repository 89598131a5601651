//! `/confirm-email`: the owner of an address says that the account is theirs. So it goes for the
//! address that an account has, and for the one that it is to have.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::sends_mail::SendsMail;
use hoglet_web::session::FlashLevel;
use hoglet_web::visit::Visit;
use minijinja::{Value, context};
use serde::Deserialize;

use super::link_gone::{WayOn, link_gone};
use super::next::AFTER_LOG_IN;
use crate::accounts::confirmation::{self, Confirmation, Outcome};
use crate::accounts::links;
use crate::current_user::CurrentUser;
use crate::forms::{self, Errors};
use crate::models::user;
use crate::state::AppState;

/// Absent fields count as empty.
#[derive(Deserialize)]
pub struct ConfirmForm {
    /// The account's, where nobody is signed in as it.
    #[serde(default)]
    password: String,
}

/// Sends the link again.
pub async fn send_again(
    _: SendsMail,
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
) -> Result<Redirect> {
    let (level, message) = if user.email_confirmed_at.is_some() {
        (
            FlashLevel::Info,
            "Your e-mail address is confirmed already.",
        )
    } else {
        confirmation::send_again(&state, &visit, &user).await?;
        let sent = "A mail with a link is on its way. If it does not come, look among the spam.";
        (FlashLevel::Success, sent)
    };
    visit.flash(level, message).await?;
    Ok(Redirect::to("/profile"))
}

/// A button. Programs that look into mails open every link, so opening it changes nothing.
pub async fn show(
    _: SendsMail,
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    page: Page,
    Path(token): Path<String>,
) -> Result<Response> {
    let Some(found) = confirmation::find(&state, &token).await? else {
        return link_gone(&page, WayOn::Profile);
    };
    let values = values(&found, user.as_ref().map(|user| &*user.0), Errors::new());
    Ok(page.render("confirm_email.html", values)?.into_response())
}

/// Confirms.
pub async fn confirm(
    _: SendsMail,
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    mut visit: Visit,
    page: Page,
    Path(token): Path<String>,
    Form(form): Form<ConfirmForm>,
) -> Result<Response> {
    let user = user.as_ref().map(|user| &*user.0);
    let again = |found: &Confirmation, errors| {
        forms::again(&page, "confirm_email.html", values(found, user, errors))
    };
    let was_typed = !form.password.is_empty();
    let confirming = confirmation::confirm(&state, &mut visit, user, &token, form.password);
    match confirming.await {
        Ok(Outcome::Done(found)) if found.changes() => {
            let message = "Your e-mail address was changed.";
            visit.flash(FlashLevel::Success, message).await?;
            Ok(Redirect::to("/profile").into_response())
        }
        Ok(Outcome::Done(_)) => {
            let message = "Thank you, your e-mail address is confirmed.";
            visit.flash(FlashLevel::Success, message).await?;
            Ok(Redirect::to(AFTER_LOG_IN).into_response())
        }
        Ok(Outcome::Gone) => link_gone(&page, WayOn::Profile),
        Ok(Outcome::WrongPassword(found)) => {
            // Who was logged in when the page was opened, and is no more, has seen no field for it.
            let wrong = match was_typed {
                true => "This is not the password of the account.",
                false => "Type the password of the account.",
            };
            again(&found, forms::error("password", wrong))
        }
        Ok(Outcome::Taken(found)) => {
            let taken =
                "Another account has got this address in the meantime, so nothing was changed.";
            again(&found, forms::form_error(taken))
        }
        Err(error) => match confirmation::find(&state, &token).await? {
            Some(found) => forms::again_later(&page, "confirm_email.html", error, |errors| {
                values(&found, user, errors)
            }),
            None => Err(error),
        },
    }
}

fn values(found: &Confirmation, user: Option<&user::Model>, errors: Errors) -> Value {
    let is_own = user.is_some_and(|user| user.id == found.user.id);
    let email = match is_own {
        true => found.email.for_people(),
        false => links::hint(&found.email),
    };
    context! {
        email,
        changes => found.changes(),
        is_own,
        form => context! {},
        errors,
    }
}
