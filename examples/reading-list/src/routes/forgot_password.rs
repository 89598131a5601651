//! `/forgot-password`: requests a link that sets a new password.

use hoglet_web::tokens::Purpose;

use crate::accounts::password_reset;
use crate::prelude::*;
use crate::tokens::RESET_PASSWORD;

#[derive(Deserialize, Validate)]
pub struct ForgotPasswordForm {
    #[serde(default)]
    #[garde(custom(forms::email_address))]
    email: String,
}

/// Also for users, because the profile page may ask for their password.
pub async fn show(_: SendsMail, user: Option<CurrentUser>, page: Page) -> Result<Html<String>> {
    let email = user.map(|user| user.email.for_people());
    form_page(&page, &email.unwrap_or_default()).show()
}

pub async fn send(
    _: SendsMail,
    visit: Visit,
    page: Page,
    Form(form): Form<ForgotPasswordForm>,
) -> Result<Response> {
    let form_page = form_page(&page, &form.email);
    let errors = forms::validate(&form);
    if !errors.is_empty() {
        return form_page.invalid(errors);
    }
    if let Err(error) = password_reset::request(&visit, &form.email).await {
        return form_page.try_later(error);
    }
    visit.redirect_with_success("/login", &link_sent(RESET_PASSWORD))
}

fn form_page<'a>(page: &'a Page, email: &str) -> FormPage<'a> {
    let values = context! { form => context! { email } };
    FormPage::new(page, "forgot_password.html", values)
}

/// The same message for every address, whether or not the account exists.
pub fn link_sent(purpose: Purpose) -> String {
    let lifetime = purpose.lifetime_in_words();
    format!(
        "If there is an account for this address, an e-mail with a link is on its way. The link expires in {lifetime}."
    )
}
