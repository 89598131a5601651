//! Requests that the older endpoints accept or refuse.

use serde_json::json;

use super::*;

#[test]
fn the_three_shapes_are_read() {
    let event =
        json!({"event": "seen", "distinct_id": 7, "token": "phc_a", "$set": {"name": "Ann"}});
    for shape in [
        event.clone(),
        json!([event]),
        json!({"api_key": "phc_a", "batch": [event]}),
    ] {
        let event = &events(shape).unwrap()[0].event;
        assert_eq!(event.distinct_id, "7");
        assert_eq!(&*event.token, "phc_a");
        assert_eq!(event.properties["$set"]["name"], "Ann");
    }
    let js = json!({"event": "$pageview", "properties": {"token": "phc_a", "distinct_id": "ü"}});
    assert_eq!(events(js).unwrap()[0].event.distinct_id, "ü");
}

#[test]
fn sets_outside_and_inside_the_properties_are_merged() {
    let event = json!({
        "api_key": "phc_a", "event": "$pageview", "distinct_id": "ann",
        "$set": {"a": "outside", "b": 1}, "$set_once": {"$initial_current_url": "/first"},
        "properties": {"$set": {"a": "inside", "c": 1}, "$set_once": {"d": 1}},
    });
    let properties = &events(event).unwrap()[0].event.properties;
    assert_eq!(properties["$set"], json!({"a": "outside", "b": 1, "c": 1}));
    assert_eq!(
        properties["$set_once"],
        json!({"$initial_current_url": "/first", "d": 1})
    );
    let odd = json!({
        "api_key": "phc_a", "event": "seen", "distinct_id": "ann", "$set": {"a": 1},
        "properties": {"$set": "text", "$set_once": {"b": 1}}, "$set_once": null,
    });
    let properties = &events(odd).unwrap()[0].event.properties;
    assert_eq!(
        json!(properties),
        json!({"$set": {"a": 1}, "$set_once": {"b": 1}})
    );
}

#[test]
fn a_long_id_is_cut_and_said() {
    let id = |id: String| {
        let event = json!({"api_key": "phc_a", "event": "seen", "distinct_id": id});
        events(event).map(|mut events| events.remove(0))
    };
    let cut = id("é".repeat(300)).unwrap();
    assert_eq!(cut.event.distinct_id, "é".repeat(200));
    assert_eq!(cut.adjusted, Some(Adjusted::IdCut(300)));
    assert_eq!(id("é".repeat(200)).unwrap().adjusted, None);
    assert!(id("   ".to_owned()).is_err());
}

#[test]
fn what_is_wrong_is_said_as_posthog_says_it() {
    for (body, status, reason) in [
        (
            json!({"api_key": "phc_a", "batch": []}),
            400,
            "request holds no event",
        ),
        (
            json!({"api_key": "phc_a", "batch": 1}),
            400,
            "`batch` is not a list",
        ),
        (
            json!({"event": "a", "distinct_id": "b"}),
            401,
            "event submitted without an api_key",
        ),
        (
            json!({"api_key": "phc_a", "event": "a"}),
            400,
            "event submitted without a distinct_id",
        ),
        (
            json!({"api_key": "phc_a", "event": "a", "distinct_id": ""}),
            400,
            "empty distinct_id",
        ),
        (
            json!({"api_key": "phc_a", "event": "", "distinct_id": "b"}),
            400,
            "empty event name",
        ),
        (
            json!({"api_key": "phc_a", "distinct_id": "b"}),
            400,
            "missing field `event`",
        ),
        (
            json!({"api_key": "phx_a", "event": "a", "distinct_id": "b"}),
            401,
            "personal_api_key",
        ),
        (
            json!({"api_key": "  ", "event": "a", "distinct_id": "b"}),
            401,
            "empty",
        ),
        (
            json!({"api_key": "phc_a", "event": "a", "distinct_id": "b", "properties": []}),
            400,
            "`properties`",
        ),
        (
            json!({"api_key": "phc_a", "event": "a", "distinct_id": "b", "properties": null}),
            400,
            "`properties` is not an object",
        ),
        (
            json!({"api_key": "phc_a", "event": "a", "distinct_id": "b", "uuid": "7"}),
            400,
            "`uuid` is not a UUID",
        ),
        (
            json!({"api_key": "phc_a", "event": "a", "distinct_id": "b", "timestamp": 1_700_000_000}),
            400,
            "`timestamp` is not text",
        ),
        (
            json!({"api_key": "phc_a", "event": "a", "distinct_id": "b", "offset": "3"}),
            400,
            "`offset` is not a whole number",
        ),
        (
            json!({"api_key": "phc_a", "event": "a", "distinct_id": "b", "$set": [1]}),
            400,
            "`$set` is not an object",
        ),
        (json!([1]), 401, "without an api_key"),
        (
            json!({"api_key": "phc_a", "batch": [1]}),
            400,
            "the event is not an object",
        ),
        (
            json!([{"event": "a", "distinct_id": "b", "api_key": "x"}, {"event": "a", "distinct_id": "b", "api_key": "y"}]),
            401,
            "inconsistent",
        ),
        (json!("text"), 401, "without an api_key"),
    ] {
        let refusal = events(body.clone()).unwrap_err();
        assert_eq!(refusal.status.as_u16(), status, "{body}");
        assert!(
            refusal.reason.contains(reason),
            "{body}: {}",
            refusal.reason
        );
    }
}

#[test]
fn what_may_be_left_out_may_be_null_or_empty() {
    let event = json!({
        "api_key": "phc_a", "event": "seen", "distinct_id": "ann", "uuid": "", "timestamp": null, "offset": null,
        "$set": null, "$set_once": null,
    });
    let event = &events(event).unwrap()[0].event;
    assert!(
        Uuid::try_parse(&event.uuid).is_ok(),
        "it gets one of its own"
    );
    assert_eq!(event.timestamp, None);
}
