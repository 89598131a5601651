//! What is said when a visitor becomes a user.

use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;

use super::properties;
use super::visitor_link;
use crate::users::User;

/// What `$identify` says of a user and the visitor they were.
///
/// Only `$anon_distinct_id` marks a person as identified, which protects them from being merged into
/// somebody else. Source: <https://posthog.com/docs/product-analytics/identify>.
pub fn identification(user: &dyn User, link: &visitor_link::Model) -> Map<String, Value> {
    let signed_up_at = user
        .since()
        .format(&Rfc3339)
        .expect("a stored time can be formatted");
    let mut first = link.first_touch();
    first.insert("signed_up_at".into(), signed_up_at.into());
    properties::of(&json!({
        "$anon_distinct_id": link.visitor_id,
        "$set": user.properties(),
        "$set_once": first,
    }))
}
