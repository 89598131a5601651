//! The tracking plan: every event that the app captures, with its properties. A new event is one entry
//! here, and `posthog.capture(…)` in a handler.
//!
//! Names say what happened, object first, in the past tense. E-mail and name are person properties
//! and never properties of an event.

hoglet_web::events! {
    /// A visitor signed up.
    "user_signed_up" => UserSignedUp { signup_method: &'static str },

    /// A user logged in.
    "user_logged_in" => UserLoggedIn { login_method: &'static str },

    /// A log-in failed. No property tells whether the e-mail or the password was wrong.
    "user_login_failed" => UserLoginFailed {},

    /// A user logged out.
    "user_logged_out" => UserLoggedOut {},

    /// A user confirmed their address.
    "email_confirmed" => EmailConfirmed {},

    /// A visitor requested a link to reset a password. No property tells whether there is an account.
    "password_reset_requested" => PasswordResetRequested {},

    /// A user set a new password with such a link.
    "password_reset_completed" => PasswordResetCompleted {},

    /// A user changed their address and confirmed the new one.
    "email_changed" => EmailChanged {},

    /// A visitor requested a link to log in. No property tells whether there is an account.
    "login_link_requested" => LoginLinkRequested {},

    /// A user deleted their account.
    "account_deleted" => AccountDeleted {},

    /// A user opened their profile.
    "profile_viewed" => ProfileViewed {},

    /// A user changed their name or password.
    "profile_updated" => ProfileUpdated {},
}
