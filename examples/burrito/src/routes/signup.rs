//! `/signup`: creates an account.
//!
//! Known limitation: the form reveals whether an address has an account. `docs/accounts.md` explains how
//! an app that sends mail can avoid that.

use super::next::Next;
use crate::accounts::{self, SignUp};
use crate::models::about_user::AboutUser;
use crate::prelude::*;

const WITHOUT_MAIL: &str = "Your account is ready. We could not send the mail to confirm your address, because too many \
                            were sent just now. Request it on your profile page in a few minutes.";

/// Absent fields count as empty.
#[derive(Deserialize, Validate)]
#[garde(allow_unvalidated)]
pub struct SignUpForm {
    #[serde(flatten)]
    about: AboutUser,
    #[serde(default)]
    #[garde(custom(forms::email_address))]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(flatten)]
    next: Next,
}

pub async fn show(page: Page, Query(next): Query<Next>) -> Result<Html<String>> {
    let values = context! { next => next.path(), about => context! {}, form => context! {} };
    FormPage::new(&page, "signup.html", values).show()
}

pub async fn sign_up(
    State(state): State<AppState>,
    mut visit: Visit,
    page: Page,
    Form(form): Form<SignUpForm>,
) -> Result<Response> {
    let typed = context! { email => &form.email };
    let values = context! { next => form.next.path(), about => Serde(&form.about), form => typed };
    let form_page = FormPage::new(&page, "signup.html", values);
    let email = Email::normalized(&form.email);
    let app_name = &state.web.settings.app_name;
    let mut errors = forms::validate(&form.about);
    errors.extend(forms::validate(&form));
    let weak = forms::new_password("password", &form.password, &email, app_name);
    errors.extend(weak);
    if !errors.is_empty() {
        return form_page.invalid(errors);
    }
    match accounts::sign_up(&state, &mut visit, email, form.about, form.password).await {
        Ok(SignUp::LoggedIn) => {}
        Ok(SignUp::LoggedInWithoutMail) => visit.flash(FlashLevel::Info, WITHOUT_MAIL),
        Ok(SignUp::AddressTaken) => {
            let message = "This e-mail address already has an account. Log in instead.";
            return form_page.invalid(forms::error("email", message));
        }
        Err(error) => return form_page.try_later(error),
    }
    Ok(Redirect::to(form.next.path_or_default()).into_response())
}
