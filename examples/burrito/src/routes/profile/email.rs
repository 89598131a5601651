//! `/profile/email`: the account is to have another address, or is to keep the one that it has.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use garde::Validate;
use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::sends_mail::SendsMail;
use hoglet_web::session::FlashLevel;
use hoglet_web::visit::Visit;
use minijinja::context;
use serde::Deserialize;

use super::{WRONG_PASSWORD, account};
use crate::accounts::email::{self, Asked};
use crate::accounts::password;
use crate::current_user::CurrentUser;
use crate::forms;
use crate::state::AppState;

/// Absent fields count as empty.
#[derive(Deserialize, Validate)]
pub struct EmailForm {
    #[serde(default)]
    #[garde(custom(forms::email_address))]
    email: String,
    #[serde(default)]
    #[garde(skip)]
    current_password: String,
}

/// Sends the new address a link. Nothing changes until it is answered.
pub async fn change(
    _: SendsMail,
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<EmailForm>,
) -> Result<Response> {
    let account = account(&state, &user).await?;
    let typed = context! { name => &user.name, email => &form.email };
    let again = |errors| context! { at => "email", form => typed, errors, ..account };
    let new = Email::normalized(&form.email);

    let mut errors = forms::validate(&form);
    if new == user.email {
        errors.extend(forms::error("email", "This is your address already."));
    }
    match password::check(&visit, &user, form.current_password).await {
        Ok(true) => {}
        Ok(false) => errors.extend(forms::error("current_password", WRONG_PASSWORD)),
        Err(error) => return forms::again_later(&page, "profile.html", error, again),
    }
    if !errors.is_empty() {
        return forms::again(&page, "profile.html", again(errors));
    }
    match email::ask_to_change(&state, &visit, &user, &new).await {
        Ok(Asked::Mailed) => {
            let sent =
                "A mail with a link is on its way to the new address. Open it to make the change.";
            visit.flash(FlashLevel::Success, sent).await?;
            Ok(Redirect::to("/profile").into_response())
        }
        Ok(Asked::Taken) => {
            let taken = "This e-mail already has an account.";
            forms::again(&page, "profile.html", again(forms::error("email", taken)))
        }
        Ok(Asked::NoAccount) => Ok(Redirect::to("/login").into_response()),
        Err(error) => forms::again_later(&page, "profile.html", error, again),
    }
}

/// Takes the wish back: the link that was sent is worth nothing any more.
pub async fn cancel(
    _: SendsMail,
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
) -> Result<Redirect> {
    email::keep(&state, &user).await?;
    let message = "Your e-mail address stays as it is.";
    visit.flash(FlashLevel::Success, message).await?;
    Ok(Redirect::to("/profile"))
}
