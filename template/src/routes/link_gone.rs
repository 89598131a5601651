//! The page for links in mails that are worth nothing any more: spent, expired, ended by
//! another one, or never ours. It does not tell which, because whoever holds such a link may be anybody.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hoglet_web::error::{AppError, Result};
use hoglet_web::page::Page;
use minijinja::context;

/// Where it goes on for who came too late. `templates/link_gone.html` has the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOn {
    /// Another link for a new password.
    ForgotPassword,
    /// The log-in page, where another link to log in can be asked for.
    LogIn,
    /// The profile, where a mail is sent once more.
    Profile,
}

/// The answer to such a link, whether it was opened or its form was sent: 410.
pub fn link_gone(page: &Page, way_on: WayOn) -> Result<Response> {
    if page.is_for_a_program() {
        let message = "This link no longer works.";
        return Err(AppError::new(StatusCode::GONE, message));
    }
    let way_on = match way_on {
        WayOn::ForgotPassword => "forgot_password",
        WayOn::LogIn => "log_in",
        WayOn::Profile => "profile",
    };
    let html = page.render("link_gone.html", context! { way_on })?;
    Ok((StatusCode::GONE, html).into_response())
}
