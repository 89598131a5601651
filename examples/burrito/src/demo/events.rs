//! The demo's part of the tracking plan.

hoglet_web::events! {
    /// A user opened the dashboard.
    "dashboard_viewed" => DashboardViewed {},

    /// A visitor or user considered the burrito.
    "burrito_considered" => BurritoConsidered { total_considerations: i64 },

    /// A user triggered an error on the profile page, captured by hand.
    "error_triggered" => ErrorTriggered { error_type: &'static str, error_message: String },

    /// A user used a feature as a member of a group.
    "feature_used" => FeatureUsed { feature_name: &'static str },
}
