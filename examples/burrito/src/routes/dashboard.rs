//! `/dashboard`: a feature flag with its payload, and an experiment.

use axum::response::Html;
use minijinja::context;
use minijinja::value::Serde;

use crate::auth::CurrentUser;
use crate::error::Result;
use crate::posthog::PostHog;
use crate::posthog::events::DashboardViewed;
use crate::posthog::flags::{DASHBOARD_HEADLINE, NEW_DASHBOARD_FEATURE};
use crate::view::Page;

pub async fn show(_: CurrentUser, posthog: PostHog, page: Page) -> Result<Html<String>> {
    posthog.capture_view(DashboardViewed {});
    let flags = posthog.flags().await;
    let variant = flags.variant(&DASHBOARD_HEADLINE);
    page.render(
        "dashboard.html",
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
