//! The page for links in mails that do not work any more: used, expired, ended by another one, or
//! never ours. It does not tell which, because the visitor may be anybody.

use crate::prelude::*;

/// What the visitor can do instead. `templates/link_gone.html` has the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Get another link for a new password.
    ForgotPassword,
    /// Go to the log-in page, and get another link to log in there.
    LogIn,
    /// Go to the profile, and have the mail sent once more.
    Profile,
}

/// The answer to such a link, opened or posted: 410.
pub fn link_gone(page: &Page, next_step: NextStep) -> Result<Response> {
    if page.is_for_a_program() {
        let message = "This link no longer works.";
        return Err(AppError::new(StatusCode::GONE, message));
    }
    let next_step = match next_step {
        NextStep::ForgotPassword => "forgot_password",
        NextStep::LogIn => "log_in",
        NextStep::Profile => "profile",
    };
    let html = page.render("link_gone.html", context! { next_step })?;
    Ok((StatusCode::GONE, html).into_response())
}
