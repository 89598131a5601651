//! The properties of `$identify`, which is sent when a visitor becomes a user.

use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::person::Person;
use crate::properties;

/// The visitor that has become a user by logging in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The visitor id.
    pub id: Uuid,
    /// The `$initial_…` properties, see [`FirstTouch`](crate::FirstTouch).
    pub first_touch: Map<String, Value>,
}

/// The properties of `$identify`.
///
/// `$anon_distinct_id` is required to mark a person as identified. PostHog does not merge an identified
/// person into another one.
/// Source: <https://posthog.com/docs/product-analytics/identify>.
pub fn identify_properties(person: &dyn Person, visitor: &Visitor) -> Map<String, Value> {
    let signed_up_at = person
        .since()
        .format(&Rfc3339)
        .expect("a stored time can be formatted");
    let mut first = visitor.first_touch.clone();
    first.insert("signed_up_at".into(), signed_up_at.into());
    properties::of(&json!({
        "$anon_distinct_id": visitor.id,
        "$set": person.properties(),
        "$set_once": first,
    }))
}
