//! The v1 endpoint: events that it drops, batches that it refuses, and the properties that it adds.

use serde_json::json;

use super::*;

const UUID: &str = "0190a6e4-0000-7000-8000-000000000000";

/// A valid event with `changes`; null removes a field.
fn sent(changes: Value) -> Value {
    let mut event = json!({
        "event": "seen", "uuid": UUID, "distinct_id": "ann", "timestamp": "2026-01-01T00:00:00+01:00",
    });
    for (field, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => event.as_object_mut().unwrap().remove(field),
            value => event
                .as_object_mut()
                .unwrap()
                .insert(field.clone(), value.clone()),
        };
    }
    event
}

fn one(changes: Value) -> Result<Arrival, &'static str> {
    let json = json!({"created_at": "2026-01-01T00:00:00Z", "batch": [sent(changes)]});
    let sent = batch(json).unwrap().remove(0);
    event(&"phc_a".into(), sent, &Map::new())
}

#[test]
fn an_event_is_put_back_together() {
    let arrival = one(json!({
        "distinct_id": "  ann ", "session_id": "s", "properties": {"x": 1, "$set": {"a": 1}}, "$set": {"b": 1},
        "options": {"process_person_profile": "False", "disable_skew_correction": 1, "product_tour_id": 7, "new": []},
    }))
    .unwrap();
    let event = arrival.event;
    assert!(event.personless());
    assert_eq!(
        (event.distinct_id.as_str(), event.session_id()),
        ("ann", Some("s"))
    );
    assert_eq!(
        json!(event.properties),
        json!({
            "x": 1, "$set": {"a": 1}, "$session_id": "s", "$process_person_profile": false, "$ignore_sent_at": true,
            "$product_tour_id": "7",
        })
    );
}

#[test]
fn bad_events_are_dropped_one_by_one() {
    let long = "x".repeat(201);
    for (changes, reason) in [
        (json!({"event": ""}), "missing_event_name"),
        (json!({"event": long}), "event_name_too_long"),
        (json!({"distinct_id": "  "}), "missing_distinct_id"),
        (json!({"distinct_id": long}), "distinct_id_too_large"),
        (json!({"timestamp": "yesterday"}), "invalid_event_timestamp"),
        (
            json!({"timestamp": "2026-01-01T00:00:00"}),
            "invalid_event_timestamp",
        ),
        (json!({"properties": [1]}), "malformed_event_properties"),
        (json!({"options": []}), "invalid_options"),
        (
            json!({"options": {"process_person_profile": "perhaps"}}),
            "invalid_options",
        ),
        (
            json!({"options": {"cookieless_mode": {}}}),
            "invalid_options",
        ),
        (
            json!({"options": {"product_tour_id": 1.5}}),
            "invalid_options",
        ),
    ] {
        assert_eq!(one(changes.clone()).unwrap_err(), reason, "{changes}");
    }
    let just_fits = "x".repeat(200);
    assert!(one(json!({"event": just_fits, "distinct_id": just_fits})).is_ok());
}

#[test]
fn a_bad_batch_is_refused_whole() {
    let good = "2026-01-01T00:00:00Z";
    for (created_at, events, reason) in [
        (
            json!("yesterday"),
            vec![sent(json!({}))],
            "created_at is not valid RFC 3339",
        ),
        (
            json!("2026-01-01T00:00:00"),
            vec![sent(json!({}))],
            "created_at is not valid RFC 3339",
        ),
        (
            json!(null),
            vec![sent(json!({}))],
            "failed to parse request",
        ),
        (json!(good), vec![], "request batch is empty"),
        (
            json!(good),
            vec![sent(json!({"uuid": null}))],
            "missing field `uuid`",
        ),
        (
            json!(good),
            vec![sent(json!({"uuid": " "}))],
            "without a uuid",
        ),
        (
            json!(good),
            vec![sent(json!({"uuid": "7"}))],
            "invalid uuid: 7",
        ),
        (
            json!(good),
            vec![sent(json!({})), sent(json!({"uuid": UUID.to_uppercase()}))],
            "duplicate event uuid",
        ),
        (
            json!(good),
            vec![sent(json!({"timestamp": null}))],
            "missing field `timestamp`",
        ),
        (
            json!(good),
            vec![sent(json!({"distinct_id": 7}))],
            "expected a string",
        ),
    ] {
        let refusal = batch(json!({"created_at": created_at, "batch": events}))
            .err()
            .unwrap_or_else(|| panic!("{reason}"));
        assert_eq!(refusal.status.as_u16(), 400);
        assert!(refusal.reason.contains(reason), "{}", refusal.reason);
    }
}

#[test]
fn ids_that_everybody_shares_make_no_person() {
    for id in [
        "anonymous",
        " NULL ",
        "None",
        "user",
        "00000000-0000-0000-0000-000000000000",
    ] {
        let arrival =
            one(json!({"distinct_id": id, "options": {"process_person_profile": true}})).unwrap();
        assert_eq!(arrival.adjusted, Some(Adjusted::WithoutPerson), "{id}");
        assert!(arrival.event.personless(), "{id}");
    }
    let arrival = one(json!({"distinct_id": "users"})).unwrap();
    assert!(arrival.adjusted.is_none() && !arrival.event.personless());
}
