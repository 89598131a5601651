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
    let email = user.map(|user| user.0.email.for_people());
    let values = values(&email.unwrap_or_default(), Errors::new());
    page.render("forgot_password.html", values)
}

pub async fn send(
    State(state): State<AppState>,
    _: SendsMail,
    visit: Visit,
    page: Page,
    Form(form): Form<ForgotPasswordForm>,
) -> Result<Response> {
    let with_errors = |errors| values(&form.email, errors);
    let errors = forms::validate(&form);
    if !errors.is_empty() {
        return forms::invalid(&page, "forgot_password.html", with_errors(errors));
    }
    if let Err(error) = password_reset::request(&state, &visit, &form.email).await {
        return forms::try_later(&page, "forgot_password.html", error, with_errors);
    }
    visit.redirect_with_success("/login", &link_sent(RESET_PASSWORD))
}

fn values(email: &str, errors: Errors) -> Value {
    context! { form => context! { email }, errors }
}

/// The same message for every address: it does not reveal whether the account exists.
pub fn link_sent(purpose: Purpose) -> String {
    let lifetime = purpose.lifetime_in_words();
    format!(
        "If there is an account for this address, an e-mail with a link is on its way. The link expires in {lifetime}."
    )
}
