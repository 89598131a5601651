//! The rules for persons, as tables of events and the resulting persons.

use serde_json::{Value, json};

use super::*;
use crate::people::ids::is_illegal;

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

/// The persons after these events, sorted, and the ingestions.
///
/// `user+visitor*` is an identified person with two ids.
fn after(events: &[Event]) -> (String, Vec<Ingestion>) {
    let mut people = People::default();
    let ingestions = events
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
    // The recorded weight and ids must match the persons, or the limit for memory becomes wrong.
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
    (persons.join(" "), ingestions)
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
            "an id that is not text is dropped with its event",
            vec![event("$identify", "user", json!({"$anon_distinct_id": 42}))],
            "",
        ),
        (
            "null asks for the id `null`, and is refused",
            vec![event(
                "$identify",
                "user",
                json!({"$anon_distinct_id": null}),
            )],
            "user",
        ),
        (
            "an empty anonymous id is refused",
            vec![identify("user", "")],
            "user",
        ),
        (
            "an empty alias asks for nothing",
            vec![alias("user", "")],
            "user",
        ),
        (
            "an id of more than 400 characters is refused",
            vec![identify("user", &"v".repeat(401))],
            "user",
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
            "a personless identify is dropped",
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
    for anonymous in [
        json!(null),
        json!(""),
        json!(42),
        json!({}),
        json!(["v"]),
        json!(true),
    ] {
        let link = event("$identify", "ann", json!({"$anon_distinct_id": anonymous}));
        let ingestion = &after(&[link]).1[0];
        assert!(ingestion.refused.is_some(), "{anonymous}");
        // An id that is not text drops the whole event.
        let thrown_away = !anonymous.is_null() && !anonymous.is_string();
        assert_eq!(ingestion.ignored.is_some(), thrown_away, "{anonymous}");
    }
    let long = "v".repeat(300);
    let tied = after(&[identify("ann", &long)]);
    assert_eq!(
        tied.0,
        format!("ann+{long}*"),
        "an id of 300 characters is whole"
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

/// The properties of `ann` after these events.
fn known(events: &[Event]) -> Value {
    let mut people = People::default();
    for (sequence, event) in events.iter().enumerate() {
        let sequence = sequence as u64;
        people.take(event, Moment { at: 0, sequence });
    }
    json!(people.properties_of(&"phc_test".into(), "ann"))
}

#[test]
fn unset_takes_away_what_was_there_before() {
    let set = |properties| event("$set", "ann", properties);
    let both = || set(json!({"$set": {"a": 1}, "$unset": ["a"]}));
    assert_eq!(known(&[both()]), json!({"a": 1}), "new, so it stays");
    assert_eq!(known(&[seen("ann"), both()]), json!({"a": 1}));
    assert_eq!(known(&[both(), both()]), json!({}));
    let once = set(json!({"$set_once": {"a": 1}, "$unset": {"a": true, "b": true}}));
    assert_eq!(
        known(&[set(json!({"$set": {"b": 1}})), once]),
        json!({"a": 1})
    );
}

#[test]
fn set_once_fills_in_for_null() {
    let once = |value: Value| event("$set", "ann", json!({"$set_once": {"a": value}}));
    assert_eq!(
        known(&[once(json!(null)), once(json!(1)), once(json!(2))]),
        json!({"a": 1})
    );
}

#[test]
fn an_event_says_where_its_person_is_and_came_from() {
    let page = |url: &str, more: Value| {
        let mut properties =
            json!({"$current_url": url, "$pathname": "/p", "$host": "x", "note": 1});
        properties
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        event("$pageview", "ann", properties)
    };
    assert_eq!(
        known(&[
            page(
                "/first",
                json!({"utm_source": "news", "gclid": null, "$browser": "Firefox"})
            ),
            page(
                "/second",
                json!({"utm_source": null, "gclid": "g", "$browser": "Chrome"})
            ),
        ]),
        json!({
            "$current_url": "/second", "$initial_current_url": "/first", "$pathname": "/p", "$initial_pathname": "/p",
            "utm_source": null, "$initial_utm_source": "news", "gclid": "g", "$initial_gclid": "g",
            "$browser": "Chrome", "$initial_browser": "Firefox",
        })
    );
    let nothing = known(&[event("seen", "ann", json!({"gclid": null}))]);
    assert_eq!(nothing, json!({"gclid": null}), "null is no first touch");
    let explicit = json!({
        "$set": {"$current_url": "/told"}, "$set_once": {"$initial_current_url": "/first", "$initial_pathname": null},
    });
    assert_eq!(
        known(&[page("/signup", explicit)]),
        json!({
            "$current_url": "/told", "$initial_current_url": "/first", "$pathname": "/p", "$initial_pathname": null,
        }),
        "what the event says itself wins"
    );
    assert_eq!(
        known(&[
            page("/1", json!({})),
            page("/2", json!({"$set_once": {"$initial_current_url": "/0"}}))
        ])["$initial_current_url"],
        "/1",
        "once is once, told or lifted"
    );
}

#[test]
fn a_servers_own_system_is_not_its_persons() {
    let system = json!({"$os": "Linux", "$os_version": "6.1", "$raw_user_agent": "Mozilla"});
    let browser = json!({"$raw_user_agent": "Mozilla", "$initial_raw_user_agent": "Mozilla"});
    let with = |extra: Value| {
        let mut properties = system.clone();
        properties
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        known(&[event("seen", "ann", properties)])
    };
    assert_eq!(with(json!({"$is_server": true})), browser);
    assert_eq!(
        with(json!({"$is_server": false}))["$initial_os_version"],
        "6.1"
    );
    assert_eq!(with(json!({"$is_server": "true"}))["$os"], "Linux");
    let renamed = known(&[event("seen", "ann", json!({"$os_name": "iOS"}))]);
    assert_eq!(renamed, json!({"$os": "iOS", "$initial_os": "iOS"}));
}

#[test]
fn events_that_tell_nothing_of_their_person_lift_nothing() {
    let url = json!({"$current_url": "/", "$set": {"a": 1}});
    for name in ["$exception", "$$heatmap", "$groupidentify"] {
        assert_eq!(
            known(&[event(name, "ann", url.clone())]),
            json!({}),
            "{name}"
        );
    }
    for name in ["$snapshot", "$performance_event"] {
        assert_eq!(
            known(&[event(name, "ann", url.clone())]),
            json!({"a": 1}),
            "{name}"
        );
    }
    let personless = json!({"$current_url": "/", "$process_person_profile": false});
    assert_eq!(
        known(&[event("seen", "ann", personless.clone())]),
        json!(null)
    );
    assert_eq!(
        known(&[seen("ann"), event("seen", "ann", personless)]),
        json!({})
    );
}

#[test]
fn an_event_weighs_what_it_changes_and_not_the_whole_person() {
    use crate::people::properties::WEIGHED;
    let weighed = |count: u64| {
        let mut people = People::default();
        let before = WEIGHED.get();
        for sequence in 0..count {
            let key = format!("key-{sequence:06}");
            let event = event("$set", "ann", json!({"$set": {key: "value"}}));
            people.take(&event, Moment { at: 0, sequence });
        }
        // The recorded weight matches a newly weighed person.
        let person = people.newest_first()[0];
        let whole = serde_json::to_string(&*person.properties).unwrap().len();
        assert!(person.weight() >= 4 * whole && person.weight() < 4 * whole + 2_000);
        WEIGHED.get() - before
    };
    assert_eq!(weighed(2_000), 20 * weighed(100));
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
