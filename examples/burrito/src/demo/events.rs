//! The demo's part of the tracking plan.

hoglet_web::events! {
    /// A user opened the dashboard.
    "dashboard_viewed" => DashboardViewed {},

    /// Somebody considered the burrito once more.
    "burrito_considered" => BurritoConsidered { total_considerations: i64 },

    /// The profile's demo made an error that was captured by hand.
    "error_triggered" => ErrorTriggered { error_type: &'static str, error_message: String },

    /// A feature was used on behalf of a group.
    "feature_used" => FeatureUsed { feature_name: &'static str },
}
