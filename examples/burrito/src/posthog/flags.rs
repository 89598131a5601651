//! The app's flags and experiments. A new one is one constant; `posthog.flags()` reads it.
//!
//! PostHog is asked for those that stand in this list and no others. When it does not answer in
//! time, a flag is off and an experiment has no variant.

use hoglet_web::posthog::{Experiment, Flag};

hoglet_web::flags! {
    /// Shows the new dashboard; its payload goes with it.
    pub const NEW_DASHBOARD_FEATURE: Flag = Flag::new("new-dashboard-feature");

    /// Which headline the dashboard has.
    pub const DASHBOARD_HEADLINE: Experiment =
        Experiment::new("dashboard-headline", &["control", "friendly", "bold"]);
}
