//! `/profile/email`: requests another address for the account, or cancels the request.

use super::{account, check_password};
use crate::accounts::email::{self, ChangeRequest};
use crate::prelude::*;

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

/// Mails a link to the new address. Nothing changes until it is confirmed.
pub async fn change(
    _: SendsMail,
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<EmailForm>,
) -> Result<Response> {
    let account = account(&state, &user).await?;
    let typed = context! { email => &form.email };
    let with_errors = |errors| context! { at => "email", form => typed, errors, ..account };
    let new = Email::normalized(&form.email);

    let mut errors = forms::validate(&form);
    if new == user.email {
        errors.extend(forms::error("email", "This is your address already."));
    }
    let checking = check_password(&visit, &user, form.current_password, &mut errors);
    if let Err(error) = checking.await {
        return forms::try_later(&page, "profile.html", error, with_errors);
    }
    if !errors.is_empty() {
        return forms::invalid(&page, "profile.html", with_errors(errors));
    }
    match email::request_change(&state, &visit, &user, &new).await {
        Ok(ChangeRequest::Mailed) => {
            let message =
                "We have sent a mail to the new address. Open its link to make the change.";
            visit.redirect_with_success("/profile", message)
        }
        Ok(ChangeRequest::AddressTaken) => {
            let taken = forms::error("email", "This e-mail address already has an account.");
            forms::invalid(&page, "profile.html", with_errors(taken))
        }
        Ok(ChangeRequest::AccountGone) => Ok(Redirect::to("/login").into_response()),
        Err(error) => forms::try_later(&page, "profile.html", error, with_errors),
    }
}

pub async fn cancel(
    _: SendsMail,
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
) -> Result<Response> {
    email::cancel_change(&state, &user).await?;
    visit.redirect_with_success("/profile", "Your e-mail address stays as it is.")
}
