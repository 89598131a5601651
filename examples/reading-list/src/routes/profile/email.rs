//! `/profile/email`: requests another address, or cancels the request.

use super::{account, refusal};
use crate::accounts::email::{self, ChangeRequest};
use crate::prelude::*;

/// Absent fields count as empty.
#[derive(Default, Deserialize, Validate)]
#[serde(default)]
pub struct EmailForm {
    #[garde(custom(forms::email_address))]
    email: String,
    #[garde(skip)]
    current_password: String,
}

/// Mails a link to the new address. Nothing changes until it is confirmed.
pub async fn change(
    _: SendsMail,
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<EmailForm>,
) -> Result<Response> {
    let account = account(&state, &user).await?;
    let typed = context! { email => &form.email };
    let values = context! { at => "email", form => typed, ..account };
    let form_page = FormPage::new(&page, "profile.html", values);
    let new = Email::normalized(&form.email);

    let mut errors = forms::validate(&form);
    if new == user.email {
        errors.extend(forms::error("email", "This is your address already."));
    }
    let checking = refusal(&form_page, &visit, &user, form.current_password, errors);
    if let Some(answer) = checking.await? {
        return Ok(answer);
    }
    match email::request_change(&state, &visit, &user, &new).await {
        Ok(ChangeRequest::Mailed) => {
            let message =
                "We have sent a mail to the new address. Open its link to make the change.";
            visit.redirect_with_success("/profile", message)
        }
        Ok(ChangeRequest::AddressTaken) => {
            let taken = forms::error("email", "This e-mail address already has an account.");
            form_page.invalid(taken)
        }
        Ok(ChangeRequest::AccountGone) => Ok(Redirect::to("/login").into_response()),
        Err(error) => form_page.try_later(error),
    }
}

pub async fn cancel(
    _: SendsMail,
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
) -> Result<Response> {
    email::cancel_change(&state, &user).await?;
    visit.redirect_with_success("/profile", "Your e-mail address stays as it is.")
}
