//! Adds a request to groups, and sends the properties of groups.

use chrono::Utc;
use posthog_rs::Event;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{PostHog, insert_all};
use crate::property::GEOIP_DISABLE;
use crate::{groups, properties};

impl PostHog {
    /// Adds this request to a group, such as a company.
    ///
    /// From now on its events and its page belong to the group, and its flags are evaluated for the group
    /// too.
    ///
    /// PostHog counts groups only for users' events: a visitor's events have no person to connect with the
    /// group.
    /// Source: <https://posthog.com/docs/product-analytics/group-analytics>.
    ///
    /// A blank type or key is logged as an error, and the request joins no group.
    #[track_caller]
    pub fn with_group(
        &self,
        group_type: &'static str,
        group_key: &str,
        properties: impl Serialize,
    ) -> &Self {
        if groups::is_blank("with_group", group_type, group_key) {
            return self;
        }
        let properties = properties::of(&properties);
        if !properties.is_empty() {
            self.describe_group(group_type, group_key, &properties);
        }
        self.0.shared.join(group_type, group_key, properties);
        self
    }

    /// Sends the properties of a group, if they have changed since they were last sent.
    ///
    /// They are sent again if they were lost. A blank type or key is logged as an error, and nothing is sent.
    #[track_caller]
    pub fn group_identify(
        &self,
        group_type: &'static str,
        group_key: &str,
        properties: impl Serialize,
    ) {
        if !groups::is_blank("group_identify", group_type, group_key) {
            self.describe_group(group_type, group_key, &properties::of(&properties));
        }
    }

    fn describe_group(
        &self,
        group_type: &'static str,
        group_key: &str,
        properties: &Map<String, Value>,
    ) {
        if self.0.identity.opted_out() {
            return;
        }
        let sent_groups = self.0.client.sent_groups();
        sent_groups.send_if_new(group_type, group_key, properties, || {
            let event = self.group_description(group_type, group_key, properties);
            let delivered = self.0.client.capture_and_tell(event, Utc::now());
            self.0.client.enabled().then_some(delivered)
        });
    }

    fn group_description(
        &self,
        group_type: &'static str,
        group_key: &str,
        properties: &Map<String, Value>,
    ) -> Event {
        let mut about = properties::of(
            &json!({ "$group_type": group_type, "$group_key": group_key, "$group_set": properties }),
        );
        if self.0.identity.distinct_id.is_user() {
            return self.event("$groupidentify", about);
        }
        // PostHog ignores `$groupidentify` if `$process_person_profile` is false, as in all events of a
        // visitor. So the event gets a distinct id that stands for the group, as in PostHog's SDKs, and no
        // location.
        let id = format!("${group_type}_{group_key}");
        let mut event = Event::new("$groupidentify".to_owned(), id);
        about.insert(GEOIP_DISABLE.to_owned(), true.into());
        insert_all(&mut event, about);
        event
    }
}
