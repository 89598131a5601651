//! `/login-link`: logs in by a link in a mail.
//!
//! The second button of the log-in page requests the link.

use hoglet_web::local_path::leading_to;

use super::forgot_password::link_sent;
use super::link_gone::{NextStep, link_gone};
use super::login::{self, LogInForm};
use super::next::Next;
use crate::accounts::login_link::{self, LinkLogIn};
use crate::prelude::*;
use crate::tokens::LOGIN_LINK;

/// The password that was set before the address was confirmed may be a stranger's.
const CONFIRMED: &str = "You are logged in, and your address is confirmed. The password that was set before does not \
                         work any more. Use “Forgot your password?” to set a new one.";

/// Mails a link. Ignores the password in the form.
pub async fn send(
    _: SendsMail,
    visit: Visit,
    page: Page,
    Form(form): Form<LogInForm>,
) -> Result<Response> {
    let form_page = login::form_page(&page, &form);
    if let Err(wrong) = forms::email_address(&form.email, &()) {
        return form_page.invalid(forms::error("email", wrong.message()));
    }
    if let Err(error) = login_link::request(&visit, &form.email).await {
        return form_page.try_later(error);
    }
    // The destination is stored in this browser. If it were in the link, strangers could put text into
    // other people's mails.
    let next = form.next.path();
    visit.set_next(next);
    let back = next.map_or("/login".to_owned(), |path| leading_to("/login", path));
    visit.redirect_with_success(&back, &link_sent(LOGIN_LINK))
}

/// Shows a button and names the account, so that no user logs in by mistake. Mail scanners open every
/// link, so opening it changes nothing.
pub async fn show(
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    page: Page,
    Path(token): Path<String>,
) -> Result<Response> {
    let finding = LOGIN_LINK.user::<user::Entity>(&state.database, &token);
    let Some(owner) = finding.await? else {
        return link_gone(&page, NextStep::LogIn);
    };
    let values = context! {
        account => owner.email.hint(),
        ends_another => user.is_some_and(|user| user.id != owner.id),
    };
    Ok(page.render("login_link.html", values)?.into_response())
}

pub async fn log_in(
    State(state): State<AppState>,
    mut visit: Visit,
    page: Page,
    Path(token): Path<String>,
) -> Result<Response> {
    match login_link::log_in(&state, &mut visit, &token).await? {
        LinkLogIn::LinkGone => return link_gone(&page, NextStep::LogIn),
        LinkLogIn::LoggedIn => {}
        LinkLogIn::LoggedInAndConfirmed => visit.flash(FlashLevel::Success, CONFIRMED),
    }
    let next = Next::to(visit.take_next().unwrap_or_default());
    Ok(Redirect::to(next.path_or_default()).into_response())
}
