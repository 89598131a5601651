//! `/login`: logs in with an e-mail address and a password.

use super::next::{AFTER_LOG_IN, Next};
use crate::accounts;
use crate::prelude::*;

/// One message for both causes: it does not reveal whether the account exists.
const WRONG: &str = "Wrong e-mail or password.";

/// Absent fields count as empty.
#[derive(Default, Deserialize)]
pub struct LogInForm {
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    password: String,
    /// `true` if the box is ticked.
    #[serde(default)]
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
    let html = page.render("login.html", values(&form, Errors::new()))?;
    Ok(html.into_response())
}

pub async fn log_in(
    State(state): State<AppState>,
    mut visit: Visit,
    page: Page,
    Form(form): Form<LogInForm>,
) -> Result<Response> {
    let with_errors = |errors| values(&form, errors);
    let remember = Remember::from(form.remember == "true");
    let (email, password) = (&form.email, form.password.clone());
    match accounts::log_in(&state, &mut visit, email, password, remember).await {
        Ok(true) => Ok(Redirect::to(form.next.path_or_default()).into_response()),
        Ok(false) => {
            let errors = forms::form_error(WRONG);
            forms::invalid(&page, "login.html", with_errors(errors))
        }
        Err(error) => forms::try_later(&page, "login.html", error, with_errors),
    }
}

/// The variables of `login.html`, which `/login-link` shows too.
pub fn values(form: &LogInForm, errors: Errors) -> Value {
    let remember = form.remember == "true";
    let typed = context! { email => &form.email, remember };
    context! { next => form.next.path(), form => typed, errors }
}
