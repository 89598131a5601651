//! The links that the app mails.

/// The page of the link that confirms an address.
pub const CONFIRM: &str = "/confirm-email/";

/// A kind of link that a visitor can request for an address.
#[derive(Clone, Copy, Debug)]
pub struct LinkByMail {
    /// The form that requests it.
    pub form: &'static str,
    /// The page that it leads to, up to the token.
    pub page: &'static str,
    /// The job that mails it.
    pub job: &'static str,
    /// The event of the request.
    pub event: &'static str,
}

pub const RESET: LinkByMail = LinkByMail {
    form: "/forgot-password",
    page: "/reset-password/",
    job: "send_reset_link",
    event: "password_reset_requested",
};

pub const LOG_IN: LinkByMail = LinkByMail {
    form: "/login-link",
    page: "/login-link/",
    job: "send_login_link",
    event: "login_link_requested",
};
