//! The id that an event links to its own distinct id, and the ids that PostHog never merges.

use crate::event::Event;
use crate::people::ingestion::{LONGEST_MERGED, Refused};

/// The id that this event links to its own distinct id, or the reason why PostHog refuses the link.
///
/// In an `$identify`, a null means the id `null`, as `String(null)` in PostHog's `person-merge-service.ts` does. An empty
/// `alias` means no id. PostHog drops an event with an id that is not text (`validate-event-properties.ts`). Older versions
/// turned the id into text.
pub fn linked(event: &Event) -> Result<Option<&str>, Refused> {
    let linking = match event.name.as_str() {
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
    let other = match event.properties.get(linking) {
        None => return Ok(None),
        Some(value) => value.as_str().unwrap_or("null"),
    };
    let is_none = linking == "alias" && (other.is_empty() || event.properties[linking].is_null());
    if is_none || other == event.distinct_id {
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

/// From `isDistinctIdUnmergeable` in PostHog's `nodejs/src/common/persons/person-utils.ts`. Older versions tried to merge
/// long ids too, and failed.
fn is_unmergeable(id: &str) -> bool {
    is_illegal(id) || id.contains('\0') || id.chars().count() > LONGEST_MERGED
}

/// Whether PostHog never merges this id: such ids come from a bug, and would merge many visitors.
///
/// It follows `isDistinctIdIllegal` in PostHog's `nodejs/src/common/persons/person-utils.ts`.
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
