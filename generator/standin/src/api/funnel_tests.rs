//! Funnels: the order of the steps, and events that count for one person.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::event::Event;

struct Desk(Store);

impl Desk {
    fn new() -> Self {
        Self(Store::new(100, BTreeMap::new()))
    }

    /// Takes an event that happened at this second, independent of its arrival.
    fn take(&mut self, name: &str, whose: &str, second: u32, properties: Value) {
        let text = RawValue::from_string(properties.to_string()).unwrap();
        let event = Event {
            token: "phc_a".into(),
            name: name.to_owned(),
            uuid: uuid::Uuid::now_v7().to_string(),
            distinct_id: whose.to_owned(),
            timestamp: Some(format!("2026-01-01T00:00:{second:02}Z")),
            properties: properties.as_object().unwrap().clone(),
        };
        self.0.take(event, text, "/batch", 0);
    }

    fn did(&mut self, name: &str, whose: &str, second: u32) {
        self.take(name, whose, second, json!({}));
    }

    fn count(&self, steps: &str) -> Vec<usize> {
        let rows = Funnel::read(steps).unwrap().count(&self.0);
        rows.iter().map(|row| row.people).collect()
    }
}

#[test]
fn the_steps_count_in_their_order_by_when_they_happened() {
    let mut desk = Desk::new();
    // The events arrive in reverse order, with another event in between.
    desk.did("confirmed", "ann", 3);
    desk.did("seen", "ann", 2);
    desk.did("signed_up", "ann", 1);
    // The second step happened only before the first.
    desk.did("confirmed", "bob", 1);
    desk.did("signed_up", "bob", 2);
    // The second step happened before and after the first.
    desk.did("confirmed", "cid", 1);
    desk.did("signed_up", "cid", 2);
    desk.did("confirmed", "cid", 3);
    // Both steps happened at the same moment.
    desk.did("confirmed", "dot", 1);
    desk.did("signed_up", "dot", 1);
    // The second step alone does not count.
    desk.did("confirmed", "eve", 1);
    assert_eq!(desk.count("signed_up,confirmed"), [4, 3]);
    assert_eq!(desk.count("signed_up, confirmed, paid"), [4, 3, 0]);
    assert_eq!(desk.count("paid,signed_up"), [0, 0]);
}

#[test]
fn a_repeated_step_takes_another_event() {
    let mut desk = Desk::new();
    desk.did("paid", "ann", 1);
    desk.did("paid", "bob", 1);
    desk.did("paid", "bob", 1);
    desk.did("paid", "cid", 1);
    desk.did("seen", "cid", 2);
    desk.did("paid", "cid", 3);
    assert_eq!(desk.count("paid,paid"), [3, 2]);
    assert_eq!(desk.count("paid,seen,paid"), [3, 1, 1]);
}

#[test]
fn a_visitor_and_the_user_they_became_are_one() {
    let mut desk = Desk::new();
    let anonymous = json!({"$process_person_profile": false});
    desk.take("seen", "visitor-1", 1, anonymous.clone());
    desk.take("seen", "visitor-2", 1, anonymous.clone());
    desk.take("seen", "visitor-3", 1, anonymous.clone());
    assert_eq!(
        desk.count("seen,signed_up"),
        [3, 0],
        "each counts as itself"
    );

    for visitor in ["visitor-1", "visitor-2"] {
        let link = json!({"$anon_distinct_id": visitor});
        desk.take("$identify", "ann", 2, link);
    }
    desk.did("signed_up", "ann", 3);
    assert_eq!(desk.count("seen,signed_up"), [2, 1]);
}

#[test]
fn a_page_is_a_step() {
    let mut desk = Desk::new();
    for (whose, path) in [("ann", "/signup"), ("bob", "/signup/now"), ("cid", "/")] {
        desk.take("$pageview", whose, 1, json!({"$pathname": path, "x": [1]}));
        desk.did("signed_up", whose, 2);
    }
    desk.did("$pageview", "dot", 1);
    desk.did("cart: sent", "ann", 3);
    assert_eq!(desk.count("$pageview,signed_up"), [4, 3]);
    assert_eq!(desk.count("$pageview:/signup,signed_up"), [1, 1]);
    assert_eq!(desk.count("$pageview:/,signed_up,cart: sent"), [1, 1, 0]);
    assert_eq!(desk.count("signed_up,cart: sent"), [3, 1]);
}

#[test]
fn what_posthog_throws_away_is_no_step() {
    let mut desk = Desk::new();
    let thrown = json!({"$process_person_profile": false, "$anon_distinct_id": "visitor"});
    desk.take("$identify", "ann", 1, thrown);
    desk.did("seen", "ann", 2);
    assert_eq!(desk.count("$identify,seen"), [0, 0]);
}

#[test]
fn steps_that_cannot_be_are_refused_with_a_remedy() {
    for (steps, reason) in [
        ("", "`steps` is empty: name 2 to 10 events"),
        ("  ", "`steps` is empty"),
        ("seen", "`seen` is one step: a funnel has 2 to 10"),
        ("seen,,paid", "step 2 of `seen,,paid` names no event"),
        ("seen,:/signup", "step 2 of `seen,:/signup` names no event"),
        (&["seen"; 11].join(","), "11 steps: a funnel has 10 at most"),
    ] {
        let refused = Funnel::read(steps).expect_err(steps);
        assert!(refused.contains(reason), "{refused}");
    }
    assert!(Funnel::read(&["seen"; 10].join(",")).is_ok());
    assert!(Funnel::read(SIGN_UP).is_ok());
}
