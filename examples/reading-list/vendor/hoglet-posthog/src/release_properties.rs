//! [`ReleaseProperties`]: the release and the environment, which every event carries.

use posthog_rs::Event;
use serde_json::Value;

use crate::settings::{App, Environment};

/// PostHog's own property for people who are not customers.
///
/// A project can exclude them from its figures. Source: `internal_or_test_user_hostname` in
/// posthog-js.
const INTERNAL_USER: &str = "$internal_or_test_user";

/// Keeps PostHog from correcting the time of events.
///
/// PostHog shifts events by the time between a batch's `sent_at` and its arrival, because a client's clock
/// may be wrong. A server's clock is right, and `sent_at` is written before the first attempt. After an
/// outage of five minutes, PostHog would date the batch's events five minutes late.
const IGNORE_SENT_AT: &str = "$ignore_sent_at";

/// The names of the properties that this module adds to every event.
pub const NAMES: [&str; 3] = [ENVIRONMENT, RELEASE, IGNORE_SENT_AT];
const ENVIRONMENT: &str = "environment";
const RELEASE: &str = "release";

/// The properties of the release.
///
/// They are added to each event when it is sent, so that no event lacks them.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseProperties {
    environment: Environment,
    release: &'static str,
}

impl ReleaseProperties {
    /// The release properties of this app.
    pub fn of(app: &App) -> Self {
        Self {
            environment: app.environment,
            release: app.release,
        }
    }

    /// Whether this is production, where posthog-js ignores robots.
    pub fn is_production(self) -> bool {
        self.environment == Environment::Production
    }

    pub fn properties(self) -> [(&'static str, &'static str); 2] {
        [
            (ENVIRONMENT, self.environment.name()),
            (RELEASE, self.release),
        ]
    }

    /// Adds the properties to an event. The event keeps its own property of the same name.
    pub fn apply(self, event: &mut Event) {
        for (name, value) in self.properties() {
            if !event.properties().contains_key(name) {
                insert(event, name, value);
            }
        }
        insert(event, IGNORE_SENT_AT, true);
        if self.environment == Environment::Development
            && let Some(mut person) = event.remove_prop("$set")
        {
            if let Some(person) = person.as_object_mut() {
                person.insert(INTERNAL_USER.to_owned(), true.into());
            }
            insert(event, "$set", person);
        }
    }
}

fn insert(event: &mut Event, name: &str, value: impl Into<Value>) {
    event
        .insert_prop(name, value.into())
        .expect("a JSON value serializes");
}
