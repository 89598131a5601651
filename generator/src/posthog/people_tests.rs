//! The person rules as a table: what is sent, and who is who afterwards.

use serde_json::{Value, json};

use super::*;

fn event(name: &str, distinct_id: &str, properties: Value) -> Event {
    let Value::Object(properties) = properties else {
        panic!("properties are an object")
    };
    Event {
        token: "phc_test".into(),
        name: name.to_owned(),
        uuid: String::new(),
        distinct_id: distinct_id.to_owned(),
        timestamp: None,
        properties,
    }
}

fn identify(user: &str, visitor: &str) -> Event {
    event("$identify", user, json!({"$anon_distinct_id": visitor}))
}

fn alias(distinct_id: &str, alias: &str) -> Event {
    event("$create_alias", distinct_id, json!({"alias": alias}))
}

fn seen(id: &str) -> Event {
    event("seen", id, json!({}))
}

fn anonymous(id: &str) -> Event {
    event("seen", id, json!({"$process_person_profile": false}))
}

/// `user+visitor*` is a person with two ids, identified; persons and ids are sorted.
fn after(events: &[Event]) -> (String, Vec<Outcome>) {
    let mut people = People::default();
    let outcomes = events
        .iter()
        .enumerate()
        .map(|(sequence, event)| {
            people.take(
                event,
                Moment {
                    at: 0,
                    sequence: sequence as u64,
                },
            )
        })
        .collect();
    let mut persons: Vec<String> = people
        .newest_first()
        .iter()
        .map(|person| {
            let mut ids = person.distinct_ids.clone();
            ids.sort();
            format!(
                "{}{}",
                ids.join("+"),
                if person.identified { "*" } else { "" }
            )
        })
        .collect();
    persons.sort();
    // The books must agree with what is there, or the bound on memory drifts.
    assert_eq!(
        people.weight,
        people.persons.values().map(Person::weight).sum::<usize>()
    );
    assert_eq!(
        people.ids.len(),
        people
            .persons
            .values()
            .map(|person| person.distinct_ids.len())
            .sum::<usize>()
    );
    (persons.join(" "), outcomes)
}

#[test]
fn who_becomes_whom() {
    let merge_dangerously =
        |into: &str, from: &str| event("$merge_dangerously", into, json!({"alias": from}));
    let table: Vec<(&str, Vec<Event>, &str)> = vec![
        ("an event makes a person", vec![seen("a")], "a"),
        ("a personless event makes none", vec![anonymous("a")], ""),
        (
            "no person known: one with both ids",
            vec![identify("user", "visitor")],
            "user+visitor*",
        ),
        (
            "personless before its identify",
            vec![anonymous("visitor"), identify("user", "visitor")],
            "user+visitor*",
        ),
        (
            "personless after its identify",
            vec![identify("user", "visitor"), anonymous("visitor")],
            "user+visitor*",
        ),
        (
            "the visitor is a person: the user joins",
            vec![seen("visitor"), identify("user", "visitor")],
            "user+visitor*",
        ),
        (
            "the user is a person: the visitor joins",
            vec![seen("user"), identify("user", "visitor")],
            "user+visitor*",
        ),
        (
            "both are persons: merged",
            vec![seen("user"), seen("visitor"), identify("user", "visitor")],
            "user+visitor*",
        ),
        (
            "a second device joins the same user",
            vec![identify("user", "phone"), identify("user", "laptop")],
            "laptop+phone+user*",
        ),
        (
            "two users at one computer, one visitor id: the second joins silently when new",
            vec![identify("ann", "visitor"), identify("bob", "visitor")],
            "ann+bob+visitor*",
        ),
        (
            "two users at one computer, both known: refused",
            vec![
                identify("ann", "v1"),
                identify("bob", "v2"),
                identify("bob", "v1"),
            ],
            "ann+v1* bob+v2*",
        ),
        (
            "identify without an anonymous id identifies nobody",
            vec![event("$identify", "user", json!({}))],
            "user",
        ),
        (
            "identify with itself identifies nobody",
            vec![identify("user", "user")],
            "user",
        ),
        (
            "alias, the right way round",
            vec![seen("visitor"), alias("user", "visitor")],
            "user+visitor*",
        ),
        (
            "alias of an identified user into a visitor is refused",
            vec![
                identify("user", "v1"),
                seen("visitor"),
                alias("visitor", "user"),
            ],
            "user+v1* visitor*",
        ),
        (
            "the refused target is identified from then on",
            vec![
                identify("a", "x"),
                identify("b", "y"),
                identify("b", "x"),
                seen("c"),
                identify("c", "b"),
            ],
            "a+x* b+y* c*",
        ),
        (
            "merge_dangerously knows no protection",
            vec![
                identify("a", "x"),
                identify("b", "y"),
                merge_dangerously("a", "b"),
            ],
            "a+b+x+y*",
        ),
        (
            "a number is an id",
            vec![event("$identify", "user", json!({"$anon_distinct_id": 42}))],
            "42+user*",
        ),
        (
            "an illegal source is refused",
            vec![identify("user", "anonymous")],
            "user",
        ),
        (
            "an illegal target is refused",
            vec![identify("null", "visitor")],
            "null",
        ),
        (
            "everybody called `anonymous` is one person",
            vec![seen("anonymous"), seen("anonymous")],
            "anonymous",
        ),
        (
            "a personless identify is thrown away",
            vec![event(
                "$identify",
                "user",
                json!({"$anon_distinct_id": "v", "$process_person_profile": false}),
            )],
            "",
        ),
        (
            "only a boolean turns persons off",
            vec![event(
                "seen",
                "a",
                json!({"$process_person_profile": "false"}),
            )],
            "a",
        ),
        (
            "an exception makes a person too",
            vec![event("$exception", "a", json!({}))],
            "a",
        ),
    ];
    for (rule, events, expected) in table {
        assert_eq!(after(&events).0, expected, "{rule}");
    }
}

#[test]
fn what_goes_wrong_is_told() {
    let refused = after(&[
        identify("ann", "v1"),
        identify("bob", "v2"),
        identify("bob", "v1"),
    ])
    .1;
    assert_eq!(
        refused[2].refused,
        Some(Refused::AlreadyIdentified {
            from: "v1".into(),
            into: "bob".into()
        })
    );
    let illegal = after(&[identify("user", "'Guest'")]).1;
    assert_eq!(
        illegal[0].refused,
        Some(Refused::IllegalId("'Guest'".into()))
    );
    let fused = after(&[identify("ann", "v"), identify("bob", "v")]).1;
    assert_eq!(fused[1].fused, Some(["ann".into(), "bob".into()]));
    let repeated = after(&[identify("ann", "v"), identify("ann", "v")]).1;
    assert!(repeated[1].repeated && repeated[1].fused.is_none());
    let personless = json!({"$process_person_profile": false, "$set": {"name": "Ann"}});
    assert!(
        after(&[event("seen", "v", personless)]).1[0]
            .properties_lost
            .is_some()
    );
    let personless = json!({"$process_person_profile": false, "$anon_distinct_id": "v"});
    assert!(
        after(&[event("$identify", "ann", personless)]).1[0]
            .ignored
            .is_some()
    );
}

#[test]
fn properties_follow_their_person() {
    let mut people = People::default();
    let events = [
        event(
            "seen",
            "visitor",
            json!({"$set": {"plan": "free", "color": "red"}, "$set_once": {"first": 1}}),
        ),
        event("seen", "user", json!({"$set": {"plan": "paid"}})),
        identify("user", "visitor"),
        event(
            "$set",
            "visitor",
            json!({"$set": {"name": "Ann"}, "$set_once": {"first": 2}, "$unset": ["color"]}),
        ),
        event("$exception", "user", json!({"$set": {"name": "Eve"}})),
    ];
    for (sequence, event) in events.iter().enumerate() {
        people.take(
            event,
            Moment {
                at: 0,
                sequence: sequence as u64,
            },
        );
    }
    let properties = people.properties_of(&"phc_test".into(), "user").unwrap();
    assert_eq!(
        json!(properties),
        json!({"plan": "paid", "first": 1, "name": "Ann"})
    );
    assert!(
        people.find(&"phc_other".into(), "user").is_none(),
        "projects are kept apart"
    );
}

#[test]
fn memory_is_bounded() {
    let mut people = People::default();
    let heavy = "x".repeat(100_000);
    for sequence in 0..400 {
        let event = event(
            "seen",
            &format!("user-{sequence}"),
            json!({"$set": {"note": heavy}}),
        );
        people.take(&event, Moment { at: 0, sequence });
    }
    assert!(people.weight <= HEAVIEST);
    assert_eq!(people.len() as u64 + people.forgotten, 400);
    assert!(people.find(&"phc_test".into(), "user-399").is_some());
    let too_much = event(
        "seen",
        "user-399",
        json!({"$set": {"more": "y".repeat(500_000)}}),
    );
    assert!(
        people
            .take(
                &too_much,
                Moment {
                    at: 0,
                    sequence: 400
                }
            )
            .properties_lost
            .is_some()
    );
}

#[test]
fn ids_that_posthog_never_merges() {
    for id in [
        "anonymous",
        "GUEST",
        "null",
        "None",
        "0",
        "true",
        "",
        "  ",
        "'undefined'",
        "\"id\"",
        "[object Object]",
        "NaN",
    ] {
        assert!(is_illegal(id), "{id}");
    }
    for id in [
        "nan",
        "Null",
        "00",
        "anon",
        "0190a6e4-0000-7000-8000-000000000000",
        "'",
    ] {
        assert!(!is_illegal(id), "{id}");
    }
}
