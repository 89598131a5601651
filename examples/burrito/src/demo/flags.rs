//! The demo's flag and experiment.

use hoglet_web::posthog::{Experiment, Flag};

hoglet_web::flags! {
    /// Shows the new dashboard; its payload goes with it.
    pub const NEW_DASHBOARD_FEATURE: Flag = Flag::new("new-dashboard-feature");

    /// Which headline the dashboard has.
    pub const DASHBOARD_HEADLINE: Experiment =
        Experiment::new("dashboard-headline", &["control", "friendly", "bold"]);
}
