//! The app's flags and experiments. A new one is one constant. `posthog.flags()` reads them.
//!
//! PostHog is asked for the flags in this list, and no others. If it does not answer in time, a flag is
//! off and an experiment has no variant. Features bring lists of their own.

hoglet_web::flags! {
    /// Whether shared shelves is on.
    pub const SHARED_SHELVES: Flag = Flag::new("shared-shelves");
}
