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
    user: CurrentUser,
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
    let html = form_page(&page, &found, user.as_deref()).show()?;
    Ok(html.into_response())
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
    let user = user.as_deref();
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
            let errors = forms::error("password", message);
            form_page(&page, &found, user).invalid(errors)
        }
        Ok(ConfirmResult::AddressTaken(found)) => {
            let message = "This address now belongs to another account, so nothing was changed.";
            form_page(&page, &found, user).invalid(forms::form_error(message))
        }
        Err(error) => match confirmation::find(&state, &token).await? {
            Some(found) => form_page(&page, &found, user).try_later(error),
            None => Err(error),
        },
    }
}

fn form_page<'a>(page: &'a Page, found: &Confirmation, user: Option<&user::Model>) -> FormPage<'a> {
    let is_own = user.is_some_and(|user| user.id == found.user.id);
    let email = match is_own {
        true => found.email.for_people(),
        false => found.email.hint(),
    };
    let changes = found.changes_address();
    let values = context! { email, changes, is_own, form => context! {} };
    FormPage::new(page, "confirm_email.html", values)
}
