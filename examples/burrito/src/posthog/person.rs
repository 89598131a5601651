//! Who a user is for PostHog: person properties, and what is said when a visitor becomes a user.

use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;

use super::properties;
use crate::models::{user, visitor_link};

/// What `$identify` says of a user and the visitor they were.
///
/// Only `$anon_distinct_id` marks a person as identified, which protects them from being merged into
/// somebody else.
pub fn identification(user: &user::Model, link: &visitor_link::Model) -> Map<String, Value> {
    let signed_up_at = user
        .created_at
        .format(&Rfc3339)
        .expect("a stored time can be formatted");
    let mut first = link.first_touch();
    first.insert("signed_up_at".into(), signed_up_at.into());
    properties::of(&json!({
        "$anon_distinct_id": link.visitor_id,
        "$set": person_properties(user),
        "$set_once": first,
    }))
}

/// E-mail and name: person properties, never event properties.
pub fn person_properties(user: &user::Model) -> Map<String, Value> {
    properties::of(&json!({ "email": user.email, "name": user.name }))
}
