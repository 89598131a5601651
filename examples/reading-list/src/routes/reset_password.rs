//! `/reset-password/{token}`: sets a new password by a link in a mail.

use super::link_gone::{NextStep, link_gone};
use super::next::AFTER_LOG_IN;
use crate::accounts::password_reset;
use crate::prelude::*;
use crate::tokens::RESET_PASSWORD;

#[derive(Deserialize)]
pub struct ResetPasswordForm {
    #[serde(default)]
    password: String,
}

/// Shows the form. Mail scanners open every link, so opening it changes nothing.
pub async fn show(
    State(state): State<AppState>,
    page: Page,
    Path(token): Path<String>,
) -> Result<Response> {
    let finding = RESET_PASSWORD.user::<user::Entity>(&state.database, &token);
    let Some(user) = finding.await? else {
        return link_gone(&page, NextStep::ForgotPassword);
    };
    Ok(form_page(&page, &user).show()?.into_response())
}

pub async fn change(
    State(state): State<AppState>,
    mut visit: Visit,
    page: Page,
    Path(token): Path<String>,
    Form(form): Form<ResetPasswordForm>,
) -> Result<Response> {
    // An invalid password does not spend the link. If the link does not work, no password is hashed.
    let finding = RESET_PASSWORD.user::<user::Entity>(&state.database, &token);
    let Some(user) = finding.await? else {
        return link_gone(&page, NextStep::ForgotPassword);
    };
    let form_page = form_page(&page, &user);
    let app_name = &state.web.settings.app_name;
    let errors = forms::new_password("password", &form.password, &user.email, app_name);
    if !errors.is_empty() {
        return form_page.invalid(errors);
    }
    match password_reset::reset(&state, &mut visit, &token, form.password).await {
        Ok(true) => {}
        Ok(false) => return link_gone(&page, NextStep::ForgotPassword),
        Err(error) => return form_page.try_later(error),
    }
    let message =
        "Your password was changed, and you are logged in. All other sessions have ended.";
    visit.redirect_with_success(AFTER_LOG_IN, message)
}

fn form_page<'a>(page: &'a Page, user: &user::Model) -> FormPage<'a> {
    let values = context! { account => user.email.hint(), form => context! {} };
    FormPage::new(page, "reset_password.html", values)
}
