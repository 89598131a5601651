//! `/login-link`: a link in a mail takes the place of the password. Its form stands on the log-in page.
//!
//! Opening the link changes nothing, because scanners of mail open every link. Sending the form does.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use garde::Validate;
use hoglet_web::error::Result;
use hoglet_web::local_path::leading_to;
use hoglet_web::page::Page;
use hoglet_web::sends_mail::SendsMail;
use hoglet_web::session::FlashLevel;
use hoglet_web::visit::Visit;
use minijinja::context;
use serde::Deserialize;

use super::forgot_password::link_sent;
use super::link_gone::{WayOn, link_gone};
use super::login;
use super::next::Next;
use crate::accounts::links;
use crate::accounts::login_link::{self, Followed};
use crate::current_user::CurrentUser;
use crate::forms;
use crate::state::AppState;
use crate::tokens::LOGIN_LINK;

/// The password that was set before the address was confirmed may be a stranger's.
const CONFIRMED: &str = "You are logged in, and your address is confirmed. The password that was set \
                         before does not work any more; “Forgot your password?” makes a new one.";

/// The log-in form, sent with its other button. What stands in the password's field is not read.
#[derive(Deserialize, Validate)]
pub struct LoginLinkForm {
    #[serde(default)]
    #[garde(custom(forms::email_address))]
    email: String,
    #[serde(flatten)]
    #[garde(skip)]
    next: Next,
}

pub async fn send(
    State(state): State<AppState>,
    _: SendsMail,
    visit: Visit,
    page: Page,
    Form(form): Form<LoginLinkForm>,
) -> Result<Response> {
    let again = |errors| login::values(&form.email, false, &form.next, errors);
    let errors = forms::validate(&form);
    if !errors.is_empty() {
        return forms::again(&page, "login.html", again(errors));
    }
    if let Err(error) = login_link::ask(&state, &visit, &form.email).await {
        return forms::again_later(&page, "login.html", error, again);
    }
    // It goes on there when the link is followed in this browser. Not in the link itself: strangers would
    // write into other people's mails.
    let next = form.next.path();
    visit.set_next(next);
    let back = next.map_or("/login".to_owned(), |path| leading_to("/login", path));
    let message = link_sent(LOGIN_LINK);
    visit.flash(FlashLevel::Success, &message).await?;
    Ok(Redirect::to(&back).into_response())
}

/// Says whom the link logs in, so that nobody ends up in somebody else's account unawares.
pub async fn show(
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    page: Page,
    Path(token): Path<String>,
) -> Result<Response> {
    let Some(owner) = login_link::owner(&state, &token).await? else {
        return link_gone(&page, WayOn::LogIn);
    };
    let values = context! {
        account => links::hint(&owner.email),
        ends_another => user.is_some_and(|user| user.0.id != owner.id),
    };
    Ok(page.render("login_link.html", values)?.into_response())
}

pub async fn follow(
    State(state): State<AppState>,
    mut visit: Visit,
    page: Page,
    Path(token): Path<String>,
) -> Result<Response> {
    match login_link::follow(&state, &mut visit, &token).await? {
        Followed::Gone => return link_gone(&page, WayOn::LogIn),
        Followed::LoggedIn => {}
        Followed::Confirmed => visit.flash(FlashLevel::Success, CONFIRMED).await?,
    }
    let next = Next::to(visit.take_next().unwrap_or_default());
    Ok(Redirect::to(next.path_or_default()).into_response())
}
