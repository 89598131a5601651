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
pub struct SignUpForm {
    #[serde(flatten)]
    #[garde(skip)]
    about: AboutUser,
    #[serde(default)]
    #[garde(custom(forms::email_address))]
    email: String,
    #[serde(default)]
    #[garde(skip)]
    password: String,
    #[serde(flatten)]
    #[garde(skip)]
    next: Next,
}

pub async fn show(page: Page, Query(next): Query<Next>) -> Result<Html<String>> {
    let (about, form, errors) = (context! {}, context! {}, context! {});
    let values = context! { next => next.path(), about, form, errors };
    page.render("signup.html", values)
}

pub async fn sign_up(
    State(state): State<AppState>,
    mut visit: Visit,
    page: Page,
    Form(form): Form<SignUpForm>,
) -> Result<Response> {
    let with_errors = |errors| values(&form, errors);
    let email = Email::normalized(&form.email);
    let app_name = &state.web.settings.app_name;
    let mut errors = forms::validate(&form.about);
    errors.extend(forms::validate(&form));
    errors.extend(forms::new_password(
        "password",
        &form.password,
        &email,
        app_name,
    ));
    if !errors.is_empty() {
        return forms::invalid(&page, "signup.html", with_errors(errors));
    }
    let (about, password) = (form.about.clone(), form.password.clone());
    match accounts::sign_up(&state, &mut visit, email, about, password).await {
        Ok(SignUp::LoggedIn) => {}
        Ok(SignUp::LoggedInWithoutMail) => visit.flash(FlashLevel::Info, WITHOUT_MAIL).await?,
        Ok(SignUp::AddressTaken) => {
            let message = "This e-mail address already has an account. Log in instead.";
            let errors = forms::error("email", message);
            return forms::invalid(&page, "signup.html", with_errors(errors));
        }
        Err(error) => return forms::try_later(&page, "signup.html", error, with_errors),
    }
    Ok(Redirect::to(form.next.path_or_default()).into_response())
}

fn values(form: &SignUpForm, errors: Errors) -> Value {
    let (about, typed) = (Serde(&form.about), context! { email => &form.email });
    context! { next => form.next.path(), about, form => typed, errors }
}
