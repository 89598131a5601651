//! `/confirm-email`: confirms the address of an account, or its new address.

use super::link_gone::{NextStep, link_gone};
use super::next::AFTER_LOG_IN;
use crate::accounts::confirmation::{self, ConfirmResult, Confirmation};
use crate::prelude::*;

#[derive(Deserialize)]
pub struct ConfirmForm {
    /// The account's password, if the visitor is not logged in as its user.
    #[serde(default)]
    password: String,
}

pub async fn send_again(
    _: SendsMail,
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
) -> Result<Response> {
    if user.email_confirmed_at.is_some() {
        let message = "Your e-mail address is confirmed already.";
        return visit.redirect_with_info("/profile", message);
    }
    confirmation::send_again(&state, &visit, &user).await?;
    let message =
        "We have sent you a mail with a link. Check your spam folder if it does not arrive.";
    visit.redirect_with_success("/profile", message)
}

/// Shows a button. Mail scanners open every link, so opening it changes nothing.
pub async fn show(
    _: SendsMail,
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    page: Page,
    Path(token): Path<String>,
) -> Result<Response> {
    let Some(found) = confirmation::find(&state, &token).await? else {
        return link_gone(&page, NextStep::Profile);
    };
    let values = values(&found, user.as_ref().map(|user| &*user.0), Errors::new());
    Ok(page.render("confirm_email.html", values)?.into_response())
}

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
    let invalid = |found: &Confirmation, errors| {
        forms::invalid(&page, "confirm_email.html", values(found, user, errors))
    };
    let password_missing = form.password.is_empty();
    let confirming = confirmation::confirm(&state, &mut visit, user, &token, form.password);
    match confirming.await {
        Ok(ConfirmResult::Confirmed(found)) if found.changes_address() => {
            visit.redirect_with_success("/profile", "Your e-mail address was changed.")
        }
        Ok(ConfirmResult::Confirmed(_)) => {
            let message = "Thank you, your e-mail address is confirmed.";
            visit.redirect_with_success(AFTER_LOG_IN, message)
        }
        Ok(ConfirmResult::LinkGone) => link_gone(&page, NextStep::Profile),
        Ok(ConfirmResult::WrongPassword(found)) => {
            // If the session ended after the page was opened, the page has no field for a password.
            let message = match password_missing {
                true => "Enter the password of the account.",
                false => "This is not the password of the account.",
            };
            invalid(&found, forms::error("password", message))
        }
        Ok(ConfirmResult::AddressTaken(found)) => {
            let message = "This address now belongs to another account, so nothing was changed.";
            invalid(&found, forms::form_error(message))
        }
        Err(error) => match confirmation::find(&state, &token).await? {
            Some(found) => forms::try_later(&page, "confirm_email.html", error, |errors| {
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
        false => found.email.hint(),
    };
    let changes = found.changes_address();
    context! { email, changes, is_own, form => context! {}, errors }
}
