//! The demo's flag and experiment.

hoglet_web::flags! {
    /// Shows the new dashboard, with the payload of the flag.
    pub const NEW_DASHBOARD_FEATURE: Flag = Flag::new("new-dashboard-feature");

    /// Chooses the headline of the dashboard.
    pub const DASHBOARD_HEADLINE: Experiment =
        Experiment::new("dashboard-headline", &["control", "friendly", "bold"]);
}
