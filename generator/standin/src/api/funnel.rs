//! Counts the persons that reached each step: PostHog's funnel in its default, sequential order.
//!
//! If a visitor became a user, the events of both count for one person, according to the current persons in
//! [`crate::people`]. A distinct id without a person counts as one person. PostHog has a limit of 14 days; here there is
//! none.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::api::query::Query;
use crate::api::{Shared, bad};
use crate::people::person::PersonId;
use crate::store::{Kept, Store};
use crate::timestamp;

/// The steps of the sign-up in a generated app.
pub const SIGN_UP: &str = "$pageview:/signup,user_signed_up,email_confirmed";
const FEWEST: usize = 2;
const MOST: usize = 10;

#[derive(Debug)]
pub struct Funnel(Vec<Step>);

/// An event on any page or on one page: `user_signed_up`, `$pageview:/signup`.
#[derive(Debug)]
struct Step {
    text: String,
    event: String,
    path: Option<String>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Reached {
    event: String,
    people: usize,
}

#[derive(PartialEq, Eq, Hash)]
enum Who<'a> {
    Person(PersonId),
    Nobody {
        token: &'a str,
        distinct_id: &'a str,
    },
}

/// The time of an event, in milliseconds since 1970, with a bit for each step that the event matches.
struct Done {
    at: i128,
    steps: u16,
}

impl Funnel {
    /// Reads steps with commas between them. The error names the mistake and its remedy.
    pub fn read(text: &str) -> Result<Self, String> {
        let steps: Vec<Step> = text.split(',').map(Step::read).collect();
        let example = "such as `user_signed_up,email_confirmed`";
        if text.trim().is_empty() {
            return Err(format!(
                "`steps` is empty: name {FEWEST} to {MOST} events with commas between them, {example}"
            ));
        }
        if let Some(index) = steps.iter().position(|step| step.event.is_empty()) {
            return Err(format!(
                "step {} of `{text}` names no event: write one there, or remove the comma",
                index + 1
            ));
        }
        match steps.len() {
            FEWEST..=MOST => Ok(Self(steps)),
            0..FEWEST => Err(format!(
                "`{text}` is one step: a funnel has {FEWEST} to {MOST}, {example}"
            )),
            many => Err(format!(
                "`steps` has {many} steps: a funnel has {MOST} at most, so leave some out"
            )),
        }
    }

    /// Counts the persons that reached each step.
    pub fn count(&self, store: &Store) -> Vec<Reached> {
        let mut did: HashMap<Who, Vec<Done>> = HashMap::new();
        for kept in store.events() {
            let steps = self.steps_of(kept);
            if steps != 0 {
                let done = Done {
                    at: happened_at(kept),
                    steps,
                };
                did.entry(Who::did(store, kept)).or_default().push(done);
            }
        }
        let reached: Vec<usize> = did.into_values().map(reached).collect();
        let rows = self.0.iter().enumerate().map(|(index, step)| Reached {
            event: step.text.clone(),
            people: reached.iter().filter(|reached| **reached > index).count(),
        });
        rows.collect()
    }

    fn steps_of(&self, kept: &Kept) -> u16 {
        if kept.is_dropped() {
            return 0;
        }
        let steps = self.0.iter().enumerate();
        steps
            .filter(|(_, step)| step.is(kept))
            .fold(0, |all, (index, _)| all | 1 << index)
    }
}

impl Step {
    /// A path begins with a slash, so that other colons are part of the event's name.
    fn read(text: &str) -> Self {
        let text = text.trim();
        let (event, path) = match text.find(":/") {
            Some(colon) => (&text[..colon], Some(text[colon + 1..].to_owned())),
            None => (text, None),
        };
        Self {
            text: text.to_owned(),
            event: event.to_owned(),
            path,
        }
    }

    fn is(&self, kept: &Kept) -> bool {
        let path = self.path.as_deref();
        kept.name == self.event && path.is_none_or(|path| happened_on(&kept.properties, path))
    }
}

impl<'a> Who<'a> {
    fn did(store: &Store, kept: &'a Kept) -> Self {
        match store.people.find(&kept.token, &kept.distinct_id) {
            Some(person) => Self::Person(person),
            None => Self::Nobody {
                token: &kept.token,
                distinct_id: &kept.distinct_id,
            },
        }
    }
}

/// The number of steps that one person took in order. Each event counts for one step at most.
fn reached(mut did: Vec<Done>) -> usize {
    did.sort_by_key(|done| done.at);
    let mut reached = 0;
    // Events of the same millisecond count in any order.
    for same in did.chunk_by_mut(|one, next| one.at == next.at) {
        while let Some(done) = same.iter_mut().find(|done| done.steps & 1 << reached != 0) {
            done.steps = 0;
            reached += 1;
        }
    }
    reached
}

/// The time by the sender's clock, or the time of arrival if PostHog could not read the timestamp.
fn happened_at(kept: &Kept) -> i128 {
    let sent = kept.timestamp.as_deref();
    sent.and_then(timestamp::milliseconds)
        .unwrap_or(i128::from(kept.received_at))
}

fn happened_on(properties: &RawValue, path: &str) -> bool {
    /// The other properties are skipped, because reading all of them takes long.
    #[derive(Deserialize)]
    struct Place {
        #[serde(rename = "$pathname", default)]
        path: Value,
    }
    serde_json::from_str::<Place>(properties.get()).is_ok_and(|place| place.path == path)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    steps: Option<String>,
}

pub async fn count(State(standin): Shared, Query(wanted): Query<Steps>) -> Response {
    match Funnel::read(wanted.steps.as_deref().unwrap_or(SIGN_UP)) {
        Ok(funnel) => Json(json!({"steps": funnel.count(&standin.read())})).into_response(),
        Err(cause) => bad(&cause),
    }
}

#[cfg(test)]
#[path = "funnel_tests.rs"]
mod tests;
