//! The tracking plan: every event the app captures, with its properties. A new one is one entry
//! here, and `posthog.capture(…)` in a handler.
//!
//! Names say what happened, object first, in the past tense. E-mail and name are person properties
//! and never stand here.

hoglet_web::events! {
    /// Somebody made an account.
    "user_signed_up" => UserSignedUp { signup_method: &'static str },

    /// Somebody logged in.
    "user_logged_in" => UserLoggedIn { login_method: &'static str },

    /// A log-in failed. Nothing tells whether the e-mail or the password was wrong.
    "user_login_failed" => UserLoginFailed {},

    /// A user logged out.
    "user_logged_out" => UserLoggedOut {},

    /// Somebody showed that the address of their account is theirs.
    "email_confirmed" => EmailConfirmed {},

    /// Somebody asked for a link that makes a new password. Nothing tells whether there is an account.
    "password_reset_requested" => PasswordResetRequested {},

    /// Somebody made a new password with such a link.
    "password_reset_completed" => PasswordResetCompleted {},

    /// The address of an account was changed, and the new one answered.
    "email_changed" => EmailChanged {},

    /// Somebody asked for a link that logs in. Nothing tells whether there is an account.
    "login_link_requested" => LoginLinkRequested {},

    /// A user deleted their account.
    "account_deleted" => AccountDeleted {},

    /// A user opened their profile.
    "profile_viewed" => ProfileViewed {},

    /// A user changed their name or password.
    "profile_updated" => ProfileUpdated {},
}
