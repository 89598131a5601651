//! Warnings about common mistakes, each with its remedy. [`mistakes`] recognises them in the events.
//!
//! Warnings are counted by kind and subject, so a mistake in every request makes one line. Two ids of a session are compared
//! when the warnings are read, because a later `$identify` may make them one person.

mod email;
mod exceptions;
pub mod kind;
mod mistakes;
mod sessions;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::event::{Adjusted, Event, LONGEST_DISTINCT_ID};
use crate::people::People;
use crate::people::person::Moment;
use crate::warnings::kind::WarningKind;
use crate::warnings::sessions::Sessions;

const MOST_WARNINGS: usize = 500;

#[derive(Default)]
pub struct Warnings {
    seen: HashMap<(WarningKind, String), Seen>,
    sessions: Sessions,
    /// The number of times that a distinct id was linked to the same id again, by token and distinct id.
    repeats: HashMap<(Arc<str>, String), u64>,
}

struct Seen {
    detail: String,
    count: u64,
    first_sequence: u64,
    last_sequence: u64,
    last_at: u64,
}

impl Warnings {
    /// Warns that PostHog drops the event.
    pub fn dropped(&mut self, kind: WarningKind, event: &Event, detail: String, moment: Moment) {
        self.add(kind, &event.name, moment, || detail);
    }

    /// Warns about a change that the endpoint made to an event.
    pub fn adjusted(&mut self, event: &Event, adjusted: Adjusted, moment: Moment) {
        let (name, id) = (&event.name, &event.distinct_id);
        match adjusted {
            Adjusted::IdCut(length) => {
                self.add(WarningKind::DistinctIdTruncated, id, moment, || {
                    format!("`{name}` came with an id of {length} characters and was kept under the first {LONGEST_DISTINCT_ID}")
                });
            }
            Adjusted::WithoutPerson => self.add(WarningKind::SharedId, id, moment, || {
                format!(
                    "`{name}` was sent with the distinct id `{id}`, of which v1 makes no person"
                )
            }),
        }
    }

    pub fn add(
        &mut self,
        kind: WarningKind,
        subject: &str,
        moment: Moment,
        detail: impl FnOnce() -> String,
    ) {
        let room = self.seen.len() < MOST_WARNINGS;
        let key = (kind, subject.chars().take(200).collect());
        match self.seen.get_mut(&key) {
            Some(seen) => {
                seen.count += 1;
                seen.last_sequence = moment.sequence;
                seen.last_at = moment.at;
            }
            None if room => {
                let seen = Seen {
                    detail: detail(),
                    count: 1,
                    first_sequence: moment.sequence,
                    last_sequence: moment.sequence,
                    last_at: moment.at,
                };
                self.seen.insert(key, seen);
            }
            None => {}
        }
    }

    /// All warnings as JSON. The most serious kinds come first, and within a kind the newest.
    pub fn to_json(&self, people: &People) -> Vec<Value> {
        let mut all: Vec<_> = self
            .seen
            .iter()
            .map(|((kind, subject), seen)| (*kind, seen.last_sequence, row(*kind, subject, seen)))
            .chain(self.sessions.two_people(people).map(|two| {
                let seen = Seen {
                    detail: two.detail,
                    count: two.count,
                    first_sequence: two.last.sequence,
                    last_sequence: two.last.sequence,
                    last_at: two.last.at,
                };
                let kind = WarningKind::TwoPeopleInOneSession;
                (kind, seen.last_sequence, row(kind, two.session, &seen))
            }))
            .collect();
        let order = |kind: WarningKind| {
            ["error", "warning", "hint"]
                .iter()
                .position(|severity| *severity == kind.severity())
        };
        all.sort_by_key(|(kind, sequence, _)| (order(*kind), *kind, std::cmp::Reverse(*sequence)));
        all.into_iter().map(|(_, _, row)| row).collect()
    }
}

fn row(kind: WarningKind, subject: &str, seen: &Seen) -> Value {
    json!({
        "kind": kind, "severity": kind.severity(), "title": kind.title(), "remedy": kind.remedy(),
        "subject": subject, "detail": seen.detail, "count": seen.count,
        "first_sequence": seen.first_sequence, "last_sequence": seen.last_sequence, "last_at": seen.last_at,
    })
}

#[cfg(test)]
#[path = "warnings/warnings_tests.rs"]
mod tests;
