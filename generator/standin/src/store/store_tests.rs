//! Events that are kept or dropped, and groups.

use serde_json::json;

use super::*;

fn sent(name: &str, properties: Value) -> (Event, Box<RawValue>) {
    let text = RawValue::from_string(properties.to_string()).unwrap();
    let event = Event {
        token: "phc_a".into(),
        name: name.to_owned(),
        uuid: uuid::Uuid::now_v7().to_string(),
        distinct_id: "ann".into(),
        timestamp: None,
        properties: properties.as_object().unwrap().clone(),
    };
    (event, text)
}

#[test]
fn what_posthog_throws_away_is_no_event_and_said() {
    let mut store = Store::new(10, BTreeMap::new());
    for (name, properties, kind) in [
        (
            "seen",
            json!({"x": "y".repeat(1_000_001), "$set": {"a": 1}}),
            "message_size_too_large",
        ),
        (
            "$groupidentify",
            json!({"$group_type": "company", "$group_key": "k".repeat(401)}),
            "group_key_too_long",
        ),
        (
            "$$client_ingestion_warning",
            json!({"$$client_ingestion_warning_message": "too fast"}),
            "client_ingestion_warning",
        ),
    ] {
        let (event, text) = sent(name, properties);
        store.take(event, text, "/batch", 0);
        assert_eq!(store.events().len(), 0, "{name}");
        let warnings = store.warnings.to_json(&store.people);
        assert!(warnings.iter().any(|row| row["kind"] == kind), "{kind}");
    }
    assert_eq!((store.counts.events, store.counts.dropped), (0, 3));
    assert!(store.groups_json().is_empty() && store.group_types().is_empty());
    let known = store.people.properties_of(&"phc_a".into(), "ann");
    assert_eq!(
        json!(known),
        json!({"a": 1}),
        "the person changes all the same"
    );

    let (event, text) = sent("seen", json!({"x": "y".repeat(900_000)}));
    store.take(event, text, "/batch", 0);
    assert_eq!(store.events().len(), 1);
}

#[test]
fn groups_have_keys_of_text_or_numbers() {
    let mut store = Store::new(10, BTreeMap::new());
    for (key, set) in [
        (json!(42), json!({"plan": "paid"})),
        (json!("42"), json!({"seats": 3})),
        (json!("42"), json!(["lost"])),
        (json!({}), json!({"plan": "lost"})),
        (json!("unusable"), json!(["lost"])),
    ] {
        let properties = json!({"$group_type": "company", "$group_key": key, "$group_set": set});
        let (event, text) = sent("$groupidentify", properties);
        store.take(event, text, "/batch", 0);
    }
    assert_eq!(
        json!(store.groups_json()),
        json!([{"type": "company", "key": "42", "properties": {"plan": "paid", "seats": 3}}])
    );
    assert_eq!(store.events().len(), 5, "all are kept");
}

#[test]
fn group_types_come_from_events_and_flags() {
    let flag = Flag::read(&json!({"group_type": "team"})).unwrap();
    let mut store = Store::new(10, BTreeMap::from([("f".to_owned(), flag)]));
    assert_eq!(json!(store.group_types()), json!({"0": "team"}));
    let (event, text) = sent("seen", json!({"$groups": {"company": "acme"}}));
    store.take(event, text, "/batch", 0);
    assert_eq!(
        json!(store.group_types()),
        json!({"0": "company", "1": "team"})
    );
    let personless = json!({"$groups": {"lost": "x"}, "$process_person_profile": false});
    let (event, text) = sent("seen", personless);
    store.take(event, text, "/batch", 0);
    assert_eq!(store.group_types().len(), 2);
}

#[test]
fn the_oldest_makes_room_and_is_counted() {
    let mut store = Store::new(10, BTreeMap::new());
    for number in 0..25 {
        let event = Event {
            token: "phc_a".into(),
            name: "seen".into(),
            uuid: format!("uuid-{}", number % 20),
            distinct_id: "a".into(),
            timestamp: None,
            properties: Map::new(),
        };
        store.take(
            event,
            RawValue::from_string("{}".into()).unwrap(),
            "/batch",
            0,
        );
    }
    let kept: Vec<_> = store.events().map(|event| event.sequence).collect();
    assert_eq!(kept, (16..=25).collect::<Vec<_>>());
    assert_eq!(
        (
            store.counts.events,
            store.counts.forgotten,
            store.counts.duplicates
        ),
        (25, 15, 0)
    );
    assert_eq!(
        store.weight,
        store.events.iter().map(|kept| kept.weight()).sum::<usize>()
    );
    store.reset();
    assert_eq!(
        (store.events().count(), store.weight, store.counts.events),
        (0, 0, 0)
    );
}

#[test]
fn a_person_who_is_deleted_is_gone_with_all_they_did_also_before_they_had_a_name() {
    let mut store = Store::new(3, BTreeMap::new());
    let take = |store: &mut Store, name: &str, whose: &str, properties: Value| {
        let (mut event, text) = sent(name, properties);
        event.distinct_id = whose.to_owned();
        store.take(event, text, "/batch", 0);
    };
    // The event that linked her ids is dropped for newer events.
    take(
        &mut store,
        "$identify",
        "ann",
        json!({"$anon_distinct_id": "visitor"}),
    );
    let anonymous = json!({"$process_person_profile": false});
    take(&mut store, "seen", "visitor", anonymous);
    take(
        &mut store,
        "seen",
        "ann",
        json!({"$set": {"email": "ann@example.com"}}),
    );
    take(&mut store, "seen", "bob", json!({}));
    assert_eq!((store.events().len(), store.past().count()), (3, 1));

    let persons = store.persons_of(&[], &["ann".to_owned(), "nobody".to_owned()]);
    assert_eq!(persons.len(), 1);
    let deletion = Deletion {
        events: true,
        person: true,
    };
    store.delete(persons[0], deletion);
    let left: Vec<_> = store.events().map(|kept| &*kept.distinct_id).collect();
    assert_eq!(left, ["bob"]);
    assert_eq!((store.past().count(), store.people.len()), (0, 1));
    assert!(store.persons_of(&[], &["visitor".to_owned()]).is_empty());

    take(&mut store, "seen", "ann", json!({}));
    assert_eq!(store.people.len(), 2, "who comes again is somebody new");
}
