//! The tracking plan: every event the app captures, with its properties.
//!
//! Names say what happened, object first, in the past tense. E-mail and name are person properties
//! and never stand here.

use serde::Serialize;

/// An event: its fields are its properties.
pub trait TrackedEvent: Serialize {
    const NAME: &'static str;
}

/// Somebody made an account.
#[derive(Debug, Serialize)]
pub struct UserSignedUp {
    pub signup_method: &'static str,
}

impl TrackedEvent for UserSignedUp {
    const NAME: &'static str = "user_signed_up";
}

/// Somebody logged in.
#[derive(Debug, Serialize)]
pub struct UserLoggedIn {
    pub login_method: &'static str,
}

impl TrackedEvent for UserLoggedIn {
    const NAME: &'static str = "user_logged_in";
}

/// A log-in failed. Nothing tells whether the e-mail or the password was wrong.
#[derive(Debug, Serialize)]
pub struct UserLoginFailed {}

impl TrackedEvent for UserLoginFailed {
    const NAME: &'static str = "user_login_failed";
}

/// A user logged out.
#[derive(Debug, Serialize)]
pub struct UserLoggedOut {}

impl TrackedEvent for UserLoggedOut {
    const NAME: &'static str = "user_logged_out";
}

/// A user opened the dashboard.
#[derive(Debug, Serialize)]
pub struct DashboardViewed {}

impl TrackedEvent for DashboardViewed {
    const NAME: &'static str = "dashboard_viewed";
}

/// A user opened their profile.
#[derive(Debug, Serialize)]
pub struct ProfileViewed {}

impl TrackedEvent for ProfileViewed {
    const NAME: &'static str = "profile_viewed";
}

/// A user changed their name or password.
#[derive(Debug, Serialize)]
pub struct ProfileUpdated {}

impl TrackedEvent for ProfileUpdated {
    const NAME: &'static str = "profile_updated";
}

/// Somebody considered the burrito once more.
#[derive(Debug, Serialize)]
pub struct BurritoConsidered {
    pub total_considerations: i64,
}

impl TrackedEvent for BurritoConsidered {
    const NAME: &'static str = "burrito_considered";
}

/// The profile's demo made an error that was captured by hand.
#[derive(Debug, Serialize)]
pub struct ErrorTriggered {
    pub error_type: &'static str,
    pub error_message: String,
}

impl TrackedEvent for ErrorTriggered {
    const NAME: &'static str = "error_triggered";
}

/// A feature was used on behalf of a group.
#[derive(Debug, Serialize)]
pub struct FeatureUsed {
    pub feature_name: &'static str,
}

impl TrackedEvent for FeatureUsed {
    const NAME: &'static str = "feature_used";
}
