//! The page for links that do not work: used, expired, replaced or forged. It does not reveal the
//! reason, because the visitor may be a stranger.

use crate::prelude::*;

/// The next step that the page suggests. `templates/link_gone.html` has the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Request another link that sets a new password.
    ForgotPassword,
    /// Go to the log-in page, and request another link there.
    LogIn,
    /// Go to the profile, and request the mail again.
    Profile,
}

/// The answer when such a link is opened or its form is sent: a 410.
pub fn link_gone(page: &Page, next_step: NextStep) -> Result<Response> {
    if page.is_for_a_program() {
        let message = "This link no longer works.";
        return Err(AppError::new(StatusCode::GONE, message));
    }
    let values = context! { next_step => Serde(next_step) };
    let html = page.render("link_gone.html", values)?;
    Ok((StatusCode::GONE, html).into_response())
}
