//! The distinct ids of each session, to notice when browser and server use different ones.

use std::collections::HashMap;
use std::sync::Arc;

use crate::event::Event;
use crate::people::People;
use crate::people::person::Moment;

pub const MOST_SESSIONS: usize = 5_000;
const MOST_IDS_IN_A_SESSION: usize = 8;
/// posthog-js ends a session after this much silence, in milliseconds.
const SILENCE: u64 = 30 * 60 * 1000;

#[derive(Default)]
pub struct Sessions {
    /// By token and session id.
    known: HashMap<(Arc<str>, String), Session>,
    /// By token, distinct id and browser: the last session, and its time.
    last: HashMap<(Arc<str>, String, String), (String, u64)>,
}

struct Session {
    ids: Vec<(String, u64)>,
    last: Moment,
}

/// A session with events of two persons.
pub struct TwoPeople<'a> {
    pub session: &'a str,
    pub detail: String,
    pub count: u64,
    pub last: Moment,
}

impl Sessions {
    /// Records the session of an event. Returns the last session and this one if this one began too early.
    pub fn look_at(&mut self, event: &Event, moment: Moment) -> Option<[String; 2]> {
        let session = event.session_id()?;
        make_room(&mut self.known, MOST_SESSIONS);
        let known = self
            .known
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
        // A user who logs in keeps the session that they began as a visitor, so this session is not too early.
        let logs_in = event.name == "$identify" || known.ids[0].0 != event.distinct_id;

        // A second browser of the same user has a session of its own.
        let browser = event
            .text("$raw_user_agent")
            .or_else(|| event.text("$user_agent"))
            .unwrap_or_default();
        let key = (
            Arc::clone(&event.token),
            event.distinct_id.clone(),
            browser.to_owned(),
        );
        make_room(&mut self.last, MOST_SESSIONS);
        let (before, at) = self.last.insert(key, (session.to_owned(), moment.at))?;
        let too_soon = moment.at.saturating_sub(at) < SILENCE;
        (before != session && !logs_in && too_soon).then(|| [before, session.to_owned()])
    }

    pub fn two_people<'a>(&'a self, people: &'a People) -> impl Iterator<Item = TwoPeople<'a>> {
        self.known.iter().filter_map(|((token, session), known)| {
            let (first, rest) = known.ids.split_first()?;
            let same = |a: &str, b: &str| {
                a == b
                    || people
                        .find(token, a)
                        .is_some_and(|a| people.find(token, b) == Some(a))
            };
            let other = rest.iter().find(|(id, _)| !same(&first.0, id))?;
            Some(TwoPeople {
                session,
                detail: format!(
                    "session `{session}` has events of `{}` and of `{}`",
                    first.0, other.0
                ),
                count: other.1,
                last: known.last,
            })
        })
    }
}

/// Empties a table that is full.
///
/// The tables only help to notice mistakes, so there is no need to keep the newest entries.
pub fn make_room<K, V>(table: &mut HashMap<K, V>, most: usize) {
    if table.len() >= most {
        table.clear();
    }
}
