//! Common mistakes, recognised in what arrives, each with what to do about it.
//!
//! A warning is counted by kind and subject, so a mistake made on every request is one line. Whether two
//! ids in one session are two people is asked only when somebody looks, for a later `$identify` may tie them.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::event::Event;
use super::people::{self, Moment, Outcome, People, Refused};

const MOST_WARNINGS: usize = 500;
const MOST_SESSIONS: usize = 5_000;
const MOST_IDS_IN_A_SESSION: usize = 8;
/// posthog-js ends a session after this much silence, in milliseconds.
const SESSION_SILENCE: u64 = 30 * 60 * 1000;
/// Being tied to the same id again is normal at every log-in, but not at every request.
const REPEATS_ALLOWED: u64 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    TwoUsersInOnePerson,
    MergeRefused,
    EventIgnored,
    SharedId,
    TwoPeopleInOneSession,
    EmailAsDistinctId,
    EmailInProperties,
    IdMismatch,
    SessionChanged,
    PropertiesLost,
    UnknownToken,
    RepeatedIdentify,
    NumberAsDistinctId,
    NoSession,
    InvalidProcessPersonProfile,
}

impl Kind {
    /// `error`: data ends at the wrong person or nowhere. `warning`: it likely will. `hint`: it could be better.
    fn severity(self) -> &'static str {
        match self {
            Self::TwoUsersInOnePerson
            | Self::MergeRefused
            | Self::EventIgnored
            | Self::SharedId
            | Self::UnknownToken => "error",
            Self::NumberAsDistinctId | Self::NoSession | Self::RepeatedIdentify => "hint",
            _ => "warning",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::TwoUsersInOnePerson => "Two users in one person",
            Self::MergeRefused => "Merge refused",
            Self::EventIgnored => "Event thrown away",
            Self::SharedId => "An id that everybody shares",
            Self::TwoPeopleInOneSession => "Two people in one session",
            Self::EmailAsDistinctId => "E-mail as distinct id",
            Self::EmailInProperties => "E-mail in an event's properties",
            Self::IdMismatch => "Two distinct ids in one event",
            Self::SessionChanged => "Session id changes mid-visit",
            Self::PropertiesLost => "Person properties lost",
            Self::UnknownToken => "Not a project token",
            Self::RepeatedIdentify => "Identified again and again",
            Self::NumberAsDistinctId => "Number as distinct id",
            Self::NoSession => "Event without a session",
            Self::InvalidProcessPersonProfile => "`$process_person_profile` is not a boolean",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::TwoUsersInOnePerson => {
                "Make a new anonymous id after log-out, and never link an anonymous id twice."
            }
            Self::MergeRefused => {
                "Make a new anonymous id after log-out. For an alias, `distinct_id` is the user and `alias` the anonymous id."
            }
            Self::EventIgnored => {
                "Send it in the user's own context, without `$process_person_profile: false`."
            }
            Self::SharedId => {
                "Give every visitor an id of its own, such as a random UUID in a cookie."
            }
            Self::TwoPeopleInOneSession => {
                "Let browser and server use the same distinct id, and start a new session at log-out (`posthog.reset()`)."
            }
            Self::EmailAsDistinctId => {
                "Use an id that never changes and tells nothing, such as the user's UUID; keep the e-mail in `$set`."
            }
            Self::EmailInProperties => {
                "Keep e-mails in person properties (`$set`): events are copied, exported and shared."
            }
            Self::IdMismatch => "Send the distinct id in one place only, or the same in both.",
            Self::SessionChanged => {
                "Pass the browser's session id to the server (tracing headers or posthog-js's cookie), and make none yourself."
            }
            Self::PropertiesLost => {
                "Send person properties in an event of an identified user, at best in `$set`."
            }
            Self::UnknownToken => {
                "Use the project token, which begins with `phc_`. PostHog answers 200 to a wrong one and loses everything."
            }
            Self::RepeatedIdentify => "Identify once at log-in, not on every request.",
            Self::NumberAsDistinctId => {
                "Row numbers can be guessed and collide between tables; use a UUID."
            }
            Self::NoSession => {
                "Set `$session_id`, so that the event joins the session and its replay."
            }
            Self::InvalidProcessPersonProfile => {
                "Send `false` (or nothing): anything else counts as `true`."
            }
        }
    }
}

#[derive(Default)]
pub struct Warnings {
    seen: HashMap<(Kind, String), Seen>,
    /// By token and session id.
    sessions: HashMap<(Arc<str>, String), Session>,
    /// By token, distinct id and browser: the session it was last in.
    last_session: HashMap<(Arc<str>, String, String), (String, u64)>,
    repeats: HashMap<(Arc<str>, String), u64>,
}

struct Seen {
    detail: String,
    count: u64,
    first_sequence: u64,
    last_sequence: u64,
    last_at: u64,
}

struct Session {
    ids: Vec<(String, u64)>,
    last: Moment,
}

impl Warnings {
    pub fn look_at(&mut self, event: &Event, outcome: &Outcome, moment: Moment) {
        self.look_at_id(event, moment);
        self.look_at_outcome(event, outcome, moment);
        self.look_at_properties(event, moment);
        self.look_at_session(event, moment);
    }

    fn look_at_id(&mut self, event: &Event, moment: Moment) {
        let id = &event.distinct_id;
        if people::is_illegal(id) {
            self.add(Kind::SharedId, id, moment, || {
                format!("`{}` was sent with the distinct id `{id}`", event.name)
            });
        } else if is_email(id) {
            self.add(Kind::EmailAsDistinctId, id, moment, || {
                format!("`{}` was sent for `{id}`", event.name)
            });
        } else if id.bytes().all(|byte| byte.is_ascii_digit()) {
            self.add(Kind::NumberAsDistinctId, "", moment, || {
                format!("for example `{id}`")
            });
        }
        if let Some(other) = event.id_in("distinct_id").filter(|other| other != id) {
            self.add(Kind::IdMismatch, &event.name, moment, || {
                format!(
                    "`{}` was sent for `{id}`, but its properties say `{other}`",
                    event.name
                )
            });
        }
        if !event.token.starts_with("phc_") {
            self.add(Kind::UnknownToken, &event.token, moment, || {
                format!("`{}` does not begin with `phc_`", event.token)
            });
        }
    }

    fn look_at_outcome(&mut self, event: &Event, outcome: &Outcome, moment: Moment) {
        let name = &event.name;
        if let Some(reason) = outcome.ignored {
            self.add(Kind::EventIgnored, name, moment, || {
                format!("`{name}`: {reason}")
            });
        }
        if let Some(refused) = &outcome.refused {
            let (kind, subject) = match refused {
                Refused::IllegalId(id) => (Kind::SharedId, id),
                Refused::AlreadyIdentified { .. } => (Kind::MergeRefused, &event.distinct_id),
            };
            self.add(kind, subject, moment, || {
                format!("`{name}`: {}", refused.reason())
            });
        }
        if let Some(reason) = outcome.properties_lost {
            self.add(Kind::PropertiesLost, name, moment, || {
                format!("`{name}`: {reason}")
            });
        }
        if let Some([first, second]) = &outcome.fused {
            self.add(Kind::TwoUsersInOnePerson, first, moment, || {
                format!("`{first}` and `{second}` are one person since `{name}`")
            });
        }
        if outcome.repeated {
            make_room(&mut self.repeats, MOST_SESSIONS);
            let repeats = self
                .repeats
                .entry((Arc::clone(&event.token), event.distinct_id.clone()))
                .or_default();
            *repeats += 1;
            if *repeats > REPEATS_ALLOWED {
                let repeats = *repeats;
                self.add(Kind::RepeatedIdentify, &event.distinct_id, moment, || {
                    format!(
                        "`{name}` has tied `{}` to an id it had already, {repeats} times",
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
                    Kind::EmailInProperties,
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
                Kind::InvalidProcessPersonProfile,
                &event.name,
                moment,
                || format!("`{}` says {flag}", event.name),
            );
        }
    }

    fn look_at_session(&mut self, event: &Event, moment: Moment) {
        let Some(session) = event.session_id() else {
            if !event.name.starts_with('$') {
                self.add(Kind::NoSession, &event.name, moment, || {
                    format!("`{}` has no `$session_id`", event.name)
                });
            }
            return;
        };
        make_room(&mut self.sessions, MOST_SESSIONS);
        let known = self
            .sessions
            .entry((Arc::clone(&event.token), session.to_owned()))
            .or_insert(Session {
                ids: Vec::new(),
                last: moment,
            });
        known.last = moment;
        if let Some((_, count)) = known
            .ids
            .iter_mut()
            .find(|(id, _)| *id == event.distinct_id)
        {
            *count += 1;
        } else if known.ids.len() < MOST_IDS_IN_A_SESSION {
            known.ids.push((event.distinct_id.clone(), 1));
        }
        // Who logs out and in again comes with the session that they began as a visitor.
        let logs_in = event.name == "$identify" || known.ids[0].0 != event.distinct_id;

        // Another browser of the same user has a session of its own.
        let browser = event
            .text("$raw_user_agent")
            .or_else(|| event.text("$user_agent"))
            .unwrap_or_default();
        let key = (
            Arc::clone(&event.token),
            event.distinct_id.clone(),
            browser.to_owned(),
        );
        make_room(&mut self.last_session, MOST_SESSIONS);
        let before = self
            .last_session
            .insert(key, (session.to_owned(), moment.at));
        if let Some((before, at)) = before
            && before != session
            && !logs_in
            && moment.at.saturating_sub(at) < SESSION_SILENCE
        {
            let id = &event.distinct_id;
            self.add(Kind::SessionChanged, id, moment, || {
                format!("`{id}` went from session `{before}` to `{session}` with less than 30 minutes between")
            });
        }
    }

    fn add(&mut self, kind: Kind, subject: &str, moment: Moment, detail: impl FnOnce() -> String) {
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

    /// The worst kinds first, and of each kind the newest.
    pub fn to_json(&self, people: &People) -> Vec<Value> {
        let mut all: Vec<_> = self
            .seen
            .iter()
            .map(|((kind, subject), seen)| (*kind, seen.last_sequence, row(*kind, subject, seen)))
            .chain(self.two_people(people))
            .collect();
        let order = |kind: Kind| {
            ["error", "warning", "hint"]
                .iter()
                .position(|severity| *severity == kind.severity())
        };
        all.sort_by_key(|(kind, sequence, _)| (order(*kind), *kind, std::cmp::Reverse(*sequence)));
        all.into_iter().map(|(_, _, row)| row).collect()
    }

    fn two_people<'a>(
        &'a self,
        people: &'a People,
    ) -> impl Iterator<Item = (Kind, u64, Value)> + 'a {
        self.sessions
            .iter()
            .filter_map(|((token, session), known)| {
                let (first, rest) = known.ids.split_first()?;
                let same = |a: &str, b: &str| {
                    a == b
                        || people
                            .find(token, a)
                            .is_some_and(|a| people.find(token, b) == Some(a))
                };
                let other = rest.iter().find(|(id, _)| !same(&first.0, id))?;
                let seen = Seen {
                    detail: format!(
                        "session `{session}` has events of `{}` and of `{}`",
                        first.0, other.0
                    ),
                    count: other.1,
                    first_sequence: known.last.sequence,
                    last_sequence: known.last.sequence,
                    last_at: known.last.at,
                };
                let kind = Kind::TwoPeopleInOneSession;
                Some((kind, seen.last_sequence, row(kind, session, &seen)))
            })
    }
}

fn row(kind: Kind, subject: &str, seen: &Seen) -> Value {
    json!({
        "kind": kind, "severity": kind.severity(), "title": kind.title(), "remedy": kind.remedy(),
        "subject": subject, "detail": seen.detail, "count": seen.count,
        "first_sequence": seen.first_sequence, "last_sequence": seen.last_sequence, "last_at": seen.last_at,
    })
}

/// These tables only help to notice mistakes, so starting afresh is cheaper than keeping their age.
fn make_room<K, V>(table: &mut HashMap<K, V>, most: usize) {
    if table.len() >= most {
        table.clear();
    }
}

fn is_email(text: &str) -> bool {
    match text.split_once('@') {
        Some((name, host)) => {
            let plain = |part: &str| {
                !part.is_empty()
                    && !part.contains(|c: char| c.is_whitespace() || "@/<>\"".contains(c))
            };
            plain(name)
                && plain(host)
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
        }
        None => false,
    }
}

/// Whether a URL carries an e-mail in its query, plain or percent-encoded.
fn has_email(url: &str) -> bool {
    url.split_once('?').is_some_and(|(_, query)| {
        form_urlencoded::parse(query.as_bytes()).any(|(_, value)| is_email(&value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kinds warned of after these `(event, distinct id, properties)`.
    fn kinds(events: &[(&str, &str, Value)]) -> Vec<String> {
        let (mut people, mut warnings) = (People::default(), Warnings::default());
        for (sequence, (name, id, properties)) in events.iter().enumerate() {
            let event = Event {
                token: "phc_a".into(),
                name: (*name).to_owned(),
                uuid: String::new(),
                distinct_id: (*id).to_owned(),
                timestamp: None,
                properties: properties.as_object().unwrap().clone(),
            };
            let moment = Moment {
                at: sequence as u64,
                sequence: sequence as u64,
            };
            let outcome = people.take(&event, moment);
            warnings.look_at(&event, &outcome, moment);
        }
        warnings
            .to_json(&people)
            .iter()
            .map(|row| row["kind"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn each_mistake_is_recognised() {
        let s = |session: &str| json!({"$session_id": session});
        let link = json!({"$anon_distinct_id": "v"});
        for (events, expected) in [
            (vec![("seen", "a", s("1"))], vec![]),
            (vec![("seen", "anonymous", s("1"))], vec!["shared_id"]),
            (
                vec![("seen", "ann@example.com", s("1"))],
                vec!["email_as_distinct_id"],
            ),
            (vec![("seen", "42", s("1"))], vec!["number_as_distinct_id"]),
            (vec![("seen", "a", json!({}))], vec!["no_session"]),
            (
                vec![(
                    "seen",
                    "a",
                    json!({"$session_id": "1", "who": "ann@example.com"}),
                )],
                vec!["email_in_properties"],
            ),
            (
                vec![(
                    "seen",
                    "a",
                    json!({"$session_id": "1", "$current_url": "http://x/?e=ann%40example.com"}),
                )],
                vec!["email_in_properties"],
            ),
            (
                vec![("seen", "a", json!({"$session_id": "1", "distinct_id": "b"}))],
                vec!["id_mismatch"],
            ),
            (
                vec![("seen", "a", s("1")), ("seen", "a", s("2"))],
                vec!["session_changed"],
            ),
            (
                vec![
                    ("seen", "u", s("1")),
                    ("seen", "v", s("2")),
                    (
                        "$identify",
                        "u",
                        json!({"$anon_distinct_id": "v", "$session_id": "2"}),
                    ),
                    ("seen", "u", s("2")),
                ],
                vec![],
            ),
            (
                vec![("seen", "a", s("1")), ("seen", "b", s("1"))],
                vec!["two_people_in_one_session"],
            ),
            (
                vec![
                    ("seen", "v", s("1")),
                    ("$identify", "u", link.clone()),
                    ("seen", "u", s("1")),
                ],
                vec![],
            ),
            (
                vec![
                    ("seen", "u", s("1")),
                    ("seen", "v", s("1")),
                    ("$identify", "u", link.clone()),
                ],
                vec![],
            ),
            (
                vec![
                    ("$identify", "u", link.clone()),
                    ("$identify", "w", link.clone()),
                ],
                vec!["two_users_in_one_person"],
            ),
            (
                vec![("$identify", "u", json!({"$anon_distinct_id": "guest"}))],
                vec!["shared_id"],
            ),
            (
                vec![("$identify", "u", link.clone()); 5],
                vec!["repeated_identify"],
            ),
            (vec![("$identify", "u", link.clone()); 4], vec![]),
            (
                vec![(
                    "$identify",
                    "u",
                    json!({"$anon_distinct_id": "v", "$process_person_profile": false}),
                )],
                vec!["event_ignored"],
            ),
            (
                vec![(
                    "$set",
                    "u",
                    json!({"$set": {"a": 1}, "$process_person_profile": false}),
                )],
                vec!["properties_lost"],
            ),
            (
                vec![("$set", "u", json!({"$process_person_profile": "no"}))],
                vec!["invalid_process_person_profile"],
            ),
        ] {
            assert_eq!(kinds(&events), expected, "{events:?}");
        }
    }
}
