//! Properties that PostHog copies automatically from an event to its person.
//!
//! They describe page, referrer, campaign, browser and system. Each property goes to `$set` under its own name, and to
//! `$set_once` as `$initial_…`. Properties that the event itself sets override these. The rules follow
//! `personInitialAndUTMProperties` in PostHog's `nodejs/src/common/utils/db/utils.ts`, and the names
//! `eventToPersonProperties` in its `nodejs/src/common/persons/person-property-utils.ts`. `$host` is not among them.
//! Older versions wrote `$initial_…: null`, and took `$os` from servers too.
//!
//! Known difference: PostHog skips some writes that change only such a property (`FILTERED_PERSON_UPDATE_PROPERTIES`), so a
//! person's `$current_url` can be older at PostHog. The skipped writes depend on PostHog's batches.

use serde_json::Value;

use crate::event::Event;

macro_rules! names {
    ($($bare:literal)*; $($dollar:literal)*) => {
        /// Each property, and the name under which its first value is kept.
        const LIFTED: &[(&str, &str)] = &[
            $(($bare, concat!("$initial_", $bare)),)*
            $((concat!("$", $dollar), concat!("$initial_", $dollar)),)*
        ];
    };
}

names! {
    "utm_source" "utm_medium" "utm_campaign" "utm_content" "utm_name" "utm_term"
    "gclid" "gad_source" "gclsrc" "dclid" "gbraid" "wbraid" "fbclid" "msclkid" "twclid" "li_fat_id" "mc_cid" "igshid"
    "ttclid" "rdt_cid" "irclid" "_kx" "epik" "qclid" "sccid";
    "app_build" "app_name" "app_namespace" "app_version"
    "browser" "browser_version" "device_type" "current_url" "pathname" "os" "os_version" "referring_domain" "referrer"
    "screen_height" "screen_width" "viewport_height" "viewport_width" "raw_user_agent"
}

/// Events that contain no information about their person.
const NOT_LIFTED: [&str; 3] = ["$snapshot", "$performance_event", "$groupidentify"];

pub struct Lifted<'a> {
    pub latest: &'static str,
    pub initial: &'static str,
    pub value: &'a Value,
}

/// The properties that this event gives its person.
pub fn lifted(event: &Event) -> impl Iterator<Item = Lifted<'_>> {
    // The operating system of a server is not the person's system.
    let of_server = event.properties.get("$is_server") == Some(&Value::Bool(true));
    let names: &[_] = match NOT_LIFTED.contains(&event.name.as_str()) {
        true => &[],
        false => LIFTED,
    };
    names.iter().filter_map(move |&(latest, initial)| {
        if of_server && matches!(latest, "$os" | "$os_version") {
            return None;
        }
        let value = event.properties.get(latest).or_else(|| match latest {
            // Some SDKs use this name.
            "$os" => event.properties.get("$os_name"),
            _ => None,
        })?;
        Some(Lifted {
            latest,
            initial,
            value,
        })
    })
}
