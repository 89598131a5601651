//! `/dashboard`: a feature flag with its payload, and an experiment.

use super::events::DashboardViewed;
use super::flags::{DASHBOARD_HEADLINE, NEW_DASHBOARD_FEATURE};
use crate::prelude::*;

/// One request to PostHog evaluates the flag and the experiment. Reading one of them is its exposure.
pub async fn show(_: CurrentUser, posthog: PostHog, page: Page) -> Result<Html<String>> {
    let flags = posthog.flags().await;
    // After the flags, so that the event carries them, and PostHog can break down views by variant.
    posthog.capture_view(DashboardViewed {});
    let variant = flags.variant(&DASHBOARD_HEADLINE);
    page.render(
        "demo/dashboard.html",
        context! {
            new_feature => context! {
                enabled => flags.is_enabled(&NEW_DASHBOARD_FEATURE),
                payload => Serde(flags.payload(&NEW_DASHBOARD_FEATURE)),
            },
            headline => context! { variant, text => headline(variant) },
        },
    )
}

fn headline(variant: Option<&str>) -> &'static str {
    match variant {
        Some("friendly") => "Good to see you",
        Some("bold") => "Let's get it done",
        _ => "Dashboard",
    }
}
