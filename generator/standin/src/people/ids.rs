//! Which id an event ties to its own, and which ones PostHog never merges.

use crate::event::Event;
use crate::people::ingestion::{LONGEST_MERGED, Refused};

/// The id that this event ties to its own, or why PostHog does not.
///
/// `$identify` with a null asks for the id `null`, as `String(null)` in PostHog's `person-merge-service.ts`; an empty
/// `alias` asks for nothing. What is not text was turned into text by older versions; `validate-event-properties.ts`
/// throws the event away.
pub fn tied(event: &Event) -> Result<Option<&str>, Refused> {
    let ties = match event.name.as_str() {
        "$identify" => "$anon_distinct_id",
        "$create_alias" | "$merge_dangerously" => "alias",
        _ => return Ok(None),
    };
    for property in ["$anon_distinct_id", "alias"] {
        let value = event.properties.get(property);
        if let Some(value) = value.filter(|value| !value.is_null() && !value.is_string()) {
            return Err(Refused::NotText {
                property,
                value: value.to_string(),
            });
        }
    }
    let other = match event.properties.get(ties) {
        None => return Ok(None),
        Some(value) => value.as_str().unwrap_or("null"),
    };
    let nothing = ties == "alias" && (other.is_empty() || event.properties[ties].is_null());
    if nothing || other == event.distinct_id {
        return Ok(None);
    }
    match [event.distinct_id.as_str(), other]
        .into_iter()
        .find(|id| is_unmergeable(id))
    {
        Some(id) => Err(Refused::IllegalId(id.to_owned())),
        None => Ok(Some(other)),
    }
}

/// From `isDistinctIdUnmergeable` in PostHog's `nodejs/src/common/persons/person-utils.ts`; older versions tried the long
/// ones, and failed.
fn is_unmergeable(id: &str) -> bool {
    is_illegal(id) || id.contains('\0') || id.chars().count() > LONGEST_MERGED
}

/// Ids that PostHog never merges, because they stem from a bug and would fuse many visitors.
/// From `isDistinctIdIllegal` in PostHog's `nodejs/src/common/persons/person-utils.ts`.
pub fn is_illegal(id: &str) -> bool {
    const IN_ANY_CASE: [&str; 10] = [
        "anonymous",
        "guest",
        "distinctid",
        "distinct_id",
        "id",
        "not_authenticated",
        "email",
        "undefined",
        "true",
        "false",
    ];
    const AS_WRITTEN: [&str; 6] = ["[object Object]", "NaN", "None", "none", "null", "0"];
    let bare = ['\'', '"']
        .iter()
        .find_map(|quote| id.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(id);
    id.trim().is_empty()
        || AS_WRITTEN.contains(&bare)
        || IN_ANY_CASE
            .iter()
            .any(|illegal| bare.eq_ignore_ascii_case(illegal))
}
