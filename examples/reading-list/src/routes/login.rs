//! `/login`: logs in with an e-mail address and a password.

use super::next::{AFTER_LOG_IN, Next};
use crate::accounts;
use crate::prelude::*;

/// One message for both causes: it does not reveal whether the account exists.
const WRONG: &str = "Wrong e-mail or password.";

/// Absent fields count as empty.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LogInForm {
    pub email: String,
    password: String,
    /// `true` if the box is ticked.
    remember: String,
    #[serde(flatten)]
    pub next: Next,
}

pub async fn show(
    user: Option<CurrentUser>,
    page: Page,
    Query(next): Query<Next>,
) -> Result<Response> {
    if user.is_some() {
        return Ok(Redirect::to(AFTER_LOG_IN).into_response());
    }
    let form = LogInForm {
        next,
        ..LogInForm::default()
    };
    Ok(form_page(&page, &form).show()?.into_response())
}

pub async fn log_in(
    State(state): State<AppState>,
    mut visit: Visit,
    page: Page,
    Form(form): Form<LogInForm>,
) -> Result<Response> {
    let form_page = form_page(&page, &form);
    let remember = Remember::from(form.remember == "true");
    match accounts::log_in(&state, &mut visit, &form.email, form.password, remember).await {
        Ok(true) => Ok(Redirect::to(form.next.path_or_default()).into_response()),
        Ok(false) => form_page.invalid(forms::form_error(WRONG)),
        Err(error) => form_page.try_later(error),
    }
}

/// The log-in page. `/login-link` shows it too.
pub fn form_page<'a>(page: &'a Page, form: &LogInForm) -> FormPage<'a> {
    let remember = form.remember == "true";
    let typed = context! { email => &form.email, remember };
    let values = context! { next => form.next.path(), form => typed };
    FormPage::new(page, "login.html", values)
}
