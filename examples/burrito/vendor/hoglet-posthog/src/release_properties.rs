//! [`ReleaseProperties`]: the release that an event comes from, and the environment. Every event carries them.

use posthog_rs::Event;
use serde_json::Value;

use crate::settings::{App, Environment};

/// PostHog's own name for people who are no customers: a project leaves them out of its figures.
/// Source: `internal_or_test_user_hostname` in posthog-js.
const INTERNAL_USER: &str = "$internal_or_test_user";

/// PostHog moves events by the time between a batch's `sent_at` and its arrival, for clients whose
/// clock is wrong. A server's is right, and `sent_at` is written before the first attempt: after
/// an outage of five minutes the batch would be dated five minutes late.
const IGNORE_SENT_AT: &str = "$ignore_sent_at";

/// The properties that every event gets here.
pub const NAMES: [&str; 3] = [ENVIRONMENT, RELEASE, IGNORE_SENT_AT];
const ENVIRONMENT: &str = "environment";
const RELEASE: &str = "release";

/// Put on each event on its way to PostHog, so that none is forgotten.
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

    /// In production posthog-js leaves out what looks like a robot.
    pub fn is_production(self) -> bool {
        self.environment == Environment::Production
    }

    pub fn properties(self) -> [(&'static str, &'static str); 2] {
        [
            (ENVIRONMENT, self.environment.name()),
            (RELEASE, self.release),
        ]
    }

    /// A property of the same name that the event has of its own stays.
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
