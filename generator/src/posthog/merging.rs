//! Two ids become one person, or two persons one.

use std::sync::Arc;

use super::event::Event;
use super::outcome::{Outcome, Refused};
use super::people::{MOST_IDS, Moment, People, PersonId};
use super::person::{Chapter, Kind};

/// Longer ids find no place in PostHog's table of persons.
pub const LONGEST_MERGED: usize = 400;

impl People {
    /// Ties `other` to the event's own distinct id.
    pub(super) fn tie(
        &mut self,
        event: &Event,
        other: &str,
        moment: Moment,
        outcome: &mut Outcome,
    ) {
        let into = &event.distinct_id;
        match (
            self.find(&event.token, into),
            self.find(&event.token, other),
        ) {
            (None, None) => {
                let id = self.create(event, moment);
                self.join(id, event, other, moment);
            }
            (Some(id), None) => self.join(id, event, other, moment),
            (None, Some(id)) => self.join(id, event, into, moment),
            (Some(target), Some(source)) if target == source => outcome.repeated = true,
            (Some(target), Some(source)) => {
                let protected = self
                    .persons
                    .get(&source)
                    .is_some_and(|person| person.identified);
                if protected && event.name != "$merge_dangerously" {
                    outcome.refused = Some(Refused::AlreadyIdentified {
                        from: other.to_owned(),
                        into: into.clone(),
                    });
                } else {
                    outcome.fused = self.merge(target, source, event, moment);
                }
            }
        }
    }

    fn join(&mut self, id: PersonId, event: &Event, distinct_id: &str, moment: Moment) {
        let joined = self.change(id, |person| {
            let fits = person.distinct_ids.len() < MOST_IDS;
            if fits {
                person.distinct_ids.push(distinct_id.to_owned());
                let kind = Kind::Joined {
                    distinct_id: distinct_id.to_owned(),
                };
                person.tell(Chapter::new(moment, &event.name, kind));
            }
            fits
        });
        if joined == Some(true) {
            self.ids
                .insert((Arc::clone(&event.token), distinct_id.to_owned()), id);
        } else {
            self.forgotten += 1;
        }
    }

    fn merge(
        &mut self,
        target: PersonId,
        source: PersonId,
        event: &Event,
        moment: Moment,
    ) -> Option<[String; 2]> {
        let source = self.persons.remove(&source)?;
        self.weight -= source.weight();
        for id in &source.distinct_ids {
            self.ids
                .insert((Arc::clone(&event.token), id.clone()), target);
        }
        let (fused, surplus) = self.change(target, |person| {
            let fused = person.absorb(source, event, moment);
            let most = MOST_IDS.min(person.distinct_ids.len());
            (fused, person.distinct_ids.split_off(most))
        })?;
        for id in surplus {
            self.ids.remove(&(Arc::clone(&event.token), id));
            self.forgotten += 1;
        }
        fused
    }
}

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
