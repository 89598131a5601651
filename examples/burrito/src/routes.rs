//! The route table: every path of the app on one screen.
//!
//! The handlers of a page are in a file here. Its view in `templates/` and its tests in `tests/web/` have
//! the same name.

use hoglet_web::handlers::opt_out;

use crate::features::FEATURES;
use crate::prelude::*;

pub mod confirm_email;
pub mod forgot_password;
pub mod home;
pub mod link_gone;
pub mod login;
pub mod login_link;
pub mod logout;
pub mod next;
pub mod profile;
pub mod reset_password;
pub mod signup;

/// Pages and the API. A new page is one line at the end. Features add their own routes.
pub fn pages() -> Routes<AppState> {
    Routes::default()
        .get("/", home::show)
        .get("/login", login::show)
        .post("/login", login::log_in)
        .get("/signup", signup::show)
        .post("/signup", signup::sign_up)
        .post("/logout", logout::log_out)
        .get("/forgot-password", forgot_password::show)
        .post("/forgot-password", forgot_password::send)
        .get("/reset-password/{token}", reset_password::show)
        .post("/reset-password/{token}", reset_password::change)
        .post("/login-link", login_link::send)
        .get("/login-link/{token}", login_link::show)
        .post("/login-link/{token}", login_link::log_in)
        .get("/profile", profile::show)
        .post("/profile", profile::update)
        .post("/profile/password", profile::password::change)
        .get("/.well-known/change-password", profile::password::find)
        .post("/profile/email", profile::email::change)
        .post("/profile/email/cancel", profile::email::cancel)
        .get("/profile/sessions", profile::sessions::show)
        .post("/profile/sessions/{id}/delete", profile::sessions::end_one)
        .post(
            "/profile/sessions/delete-others",
            profile::sessions::end_others,
        )
        .post("/profile/delete", profile::deletion::delete)
        .post("/confirm-email", confirm_email::send_again)
        .get("/confirm-email/{token}", confirm_email::show)
        .post("/confirm-email/{token}", confirm_email::confirm)
        .post("/opt-out", opt_out::switch)
        .merge(FEATURES.routes())
}
