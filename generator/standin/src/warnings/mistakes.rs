//! Mistakes in an event, recognised by its properties and its ingestion.
//!
//! [`super::exceptions`] has the mistakes in an `$exception`.

use std::sync::Arc;

use serde_json::Value;

use crate::event::{Event, distinct_id};
use crate::people::ids::is_illegal;
use crate::people::ingestion::{Ingestion, Refused};
use crate::people::person::Moment;
use crate::timestamp;
use crate::warnings::Warnings;
use crate::warnings::email::{has_email, is_email};
use crate::warnings::exceptions;
use crate::warnings::kind::WarningKind;
use crate::warnings::sessions::{MOST_SESSIONS, make_room};

/// An `$identify` with the same ids is normal at every log-in, but not at every request.
const REPEATS_ALLOWED: u64 = 3;

impl Warnings {
    pub fn look_at(&mut self, event: &Event, ingestion: &Ingestion, moment: Moment) {
        self.look_at_id(event, moment);
        self.look_at_ingestion(event, ingestion, moment);
        self.look_at_properties(event, moment);
        self.look_at_groups(event, moment);
        self.look_at_session(event, moment);
        for (kind, detail) in exceptions::mistakes(event) {
            self.add(kind, &event.name, moment, || detail);
        }
    }

    fn look_at_id(&mut self, event: &Event, moment: Moment) {
        let id = &event.distinct_id;
        if is_illegal(id) {
            self.add(WarningKind::SharedId, id, moment, || {
                format!("`{}` was sent with the distinct id `{id}`", event.name)
            });
        } else if is_email(id) {
            self.add(WarningKind::EmailAsDistinctId, id, moment, || {
                format!("`{}` was sent for `{id}`", event.name)
            });
        } else if id.bytes().all(|byte| byte.is_ascii_digit()) {
            self.add(WarningKind::NumberAsDistinctId, "", moment, || {
                format!("for example `{id}`")
            });
        }
        if let Some(other) = event
            .properties
            .get("distinct_id")
            .and_then(distinct_id)
            .filter(|other| other != id)
        {
            self.add(WarningKind::IdMismatch, &event.name, moment, || {
                format!(
                    "`{}` was sent for `{id}`, but its properties say `{other}`",
                    event.name
                )
            });
        }
        if !event.token.starts_with("phc_") {
            self.add(WarningKind::UnknownToken, &event.token, moment, || {
                format!("`{}` does not begin with `phc_`", event.token)
            });
        }
    }

    fn look_at_ingestion(&mut self, event: &Event, ingestion: &Ingestion, moment: Moment) {
        let name = &event.name;
        if let (Some(reason), None) = (ingestion.ignored, &ingestion.refused) {
            self.add(WarningKind::EventIgnored, name, moment, || {
                format!("`{name}`: {reason}")
            });
        }
        if let Some(refused) = &ingestion.refused {
            let (kind, subject) = match refused {
                Refused::IllegalId(id) => (WarningKind::SharedId, id),
                Refused::AlreadyIdentified { .. } | Refused::NotText { .. } => {
                    (WarningKind::MergeRefused, &event.distinct_id)
                }
            };
            self.add(kind, subject, moment, || {
                format!("`{name}`: {}", refused.reason())
            });
        }
        if let Some(reason) = ingestion.properties_lost {
            self.add(WarningKind::PropertiesLost, name, moment, || {
                format!("`{name}`: {reason}")
            });
        }
        if let Some([first, second]) = &ingestion.fused {
            self.add(WarningKind::TwoUsersInOnePerson, first, moment, || {
                format!("`{first}` and `{second}` are one person since `{name}`")
            });
        }
        if ingestion.repeated {
            make_room(&mut self.repeats, MOST_SESSIONS);
            let repeats = self
                .repeats
                .entry((Arc::clone(&event.token), event.distinct_id.clone()))
                .or_default();
            *repeats += 1;
            if *repeats > REPEATS_ALLOWED {
                let repeats = *repeats;
                self.add(WarningKind::RepeatedIdentify, &event.distinct_id, moment, || {
                    format!(
                        "`{name}` has linked `{}` to an id that it had already, {repeats} times",
                        event.distinct_id
                    )
                });
            }
        }
    }

    fn look_at_properties(&mut self, event: &Event, moment: Moment) {
        let about_person = [
            "$set",
            "$set_once",
            "$anon_distinct_id",
            "alias",
            "distinct_id",
        ];
        for (key, value) in &event.properties {
            let Value::String(text) = value else { continue };
            if !about_person.contains(&key.as_str())
                && (is_email(text) || (key.ends_with("url") && has_email(text)))
            {
                self.add(
                    WarningKind::EmailInProperties,
                    &format!("{}.{key}", event.name),
                    moment,
                    || format!("`{}` has one in its property `{key}`", event.name),
                );
            }
        }
        if let Some(flag) = event
            .properties
            .get("$process_person_profile")
            .filter(|flag| !flag.is_boolean())
        {
            self.add(
                WarningKind::InvalidProcessPersonProfile,
                &event.name,
                moment,
                || format!("`{}` says {flag}", event.name),
            );
        }
        if let Some(time) = &event.timestamp
            && !timestamp::is_readable(time)
        {
            self.add(
                WarningKind::IgnoredInvalidTimestamp,
                &event.name,
                moment,
                || {
                    let time: String = time.chars().take(40).collect();
                    format!("`{}` says `{time}`", event.name)
                },
            );
        }
        if let Some(set) = event.unusable_group_set() {
            self.add(WarningKind::InvalidGroupSet, &event.name, moment, || {
                let set: String = set.to_string().chars().take(40).collect();
                format!("`{}` has `{set}`", event.name)
            });
        }
    }

    /// Warns about a blank key, in the groups of an event or in a `$groupidentify`.
    fn look_at_groups(&mut self, event: &Event, moment: Moment) {
        let described = (event.name == "$groupidentify").then(|| {
            let kind = event.text("$group_type").unwrap_or_default();
            (
                kind,
                event.properties.get("$group_key").unwrap_or(&Value::Null),
            )
        });
        let groups = event.object("$groups").into_iter().flatten();
        let belongs = groups.map(|(kind, key)| (kind.as_str(), key));
        for (kind, key) in described.into_iter().chain(belongs) {
            let blank = key.is_null() || key.as_str().is_some_and(|key| key.trim().is_empty());
            if blank {
                self.add(WarningKind::BlankGroupKey, kind, moment, || {
                    format!(
                        "`{}` names the group type `{kind}` with the key `{key}`",
                        event.name
                    )
                });
            }
        }
    }

    fn look_at_session(&mut self, event: &Event, moment: Moment) {
        let name = &event.name;
        if event.session_id().is_none() {
            if !name.starts_with('$') {
                self.add(WarningKind::NoSession, name, moment, || {
                    format!("`{name}` has no `$session_id`")
                });
            }
        } else if let Some([before, now]) = self.sessions.look_at(event, moment) {
            let id = &event.distinct_id;
            self.add(WarningKind::SessionChanged, id, moment, || {
                format!("`{id}` went from session `{before}` to `{now}` with less than 30 minutes between")
            });
        }
    }
}
