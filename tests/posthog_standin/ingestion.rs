//! The ingestion of events, from the endpoint to the person.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Standin;

impl Standin {
    /// The kinds of all warnings, sorted.
    async fn warned(&self) -> Vec<String> {
        let warnings = self.get("/hoglet/warnings").await;
        let kind = |row: &Value| row["kind"].as_str().expect("a kind").to_owned();
        let mut kinds: Vec<_> = warnings
            .as_array()
            .expect("a list")
            .iter()
            .map(kind)
            .collect();
        kinds.sort();
        kinds
    }

    async fn v1(&self, body: &Value) -> (u16, Value) {
        let response = self
            .http
            .post(format!("{}/i/v1/analytics/events", self.url))
            .bearer_auth("phc_test")
            .header("PostHog-Sdk-Info", "posthog-test/sub/1.2.3")
            .header("PostHog-Attempt", "1")
            .header("PostHog-Request-Id", "0190a6e4-0000-7000-8000-000000000009")
            .header("PostHog-Request-Timestamp", "2026-01-01T00:00:00Z")
            .json(body)
            .send()
            .await
            .expect("an answer");
        (
            response.status().as_u16(),
            response.json().await.expect("JSON"),
        )
    }
}

#[tokio::test]
async fn a_persons_first_touch_is_as_at_posthog() {
    let standin = Standin::start().await;
    // The server sends the landing page with its `$identify`. The event itself comes from `/signup`.
    standin
        .capture(json!({"event": "$identify", "distinct_id": "ann", "properties": {
            "$anon_distinct_id": "visitor", "$current_url": "https://x/signup", "$os": "Linux", "$is_server": true,
            "$raw_user_agent": "Mozilla", "$set_once": {"$initial_current_url": "https://x/?utm_source=news"},
        }}))
        .await;
    // posthog-js sends `$set` and `$set_once` outside the properties.
    standin
        .capture(json!({"event": "$pageview", "distinct_id": "ann",
            "$set_once": {"$initial_referrer": "https://news"}, "$set": {"plan": "paid"},
            "properties": {"$current_url": "https://x/dashboard", "$set": {"name": "Ann"}, "utm_source": "mail"},
        }))
        .await;
    let people = standin.get("/hoglet/people").await;
    assert_eq!(
        people[0]["properties"],
        json!({
            "$current_url": "https://x/dashboard", "$initial_current_url": "https://x/?utm_source=news",
            "$raw_user_agent": "Mozilla", "$initial_raw_user_agent": "Mozilla", "$initial_referrer": "https://news",
            "utm_source": "mail", "$initial_utm_source": "mail", "name": "Ann", "plan": "paid",
        })
    );
    let events = standin.get("/hoglet/events?event=$pageview").await;
    let kept = &events["events"][0]["properties"];
    assert_eq!(kept["$set"], json!({"name": "Ann", "plan": "paid"}));
}

#[tokio::test]
async fn an_event_that_posthog_drops_becomes_a_warning() {
    let standin = Standin::start().await;
    let session = "$session_id";
    for event in [
        json!({"event": "seen", "properties": {"x": "y".repeat(1_100_000), session: "s"}}),
        json!({"event": "$groupidentify", "properties": {"$group_type": "company", "$group_key": "k".repeat(401)}}),
        json!({"event": "$$client_ingestion_warning", "properties": {"$$client_ingestion_warning_message": "too fast"}}),
    ] {
        let mut event = event;
        event["distinct_id"] = json!("ann");
        assert_eq!(
            standin.capture(event).await.status(),
            200,
            "taken, as at PostHog"
        );
    }
    let status = standin.get("/hoglet/status").await;
    assert_eq!(
        (&status["counts"]["events"], &status["counts"]["dropped"]),
        (&json!(0), &json!(3))
    );
    assert_eq!(
        standin.warned().await,
        [
            "client_ingestion_warning",
            "group_key_too_long",
            "message_size_too_large"
        ]
    );
}

#[tokio::test]
async fn exceptions_and_groups_that_tell_nothing_are_warned_of() {
    let standin = Standin::start().await;
    let entry =
        |name: &str| json!({"type": name, "value": "gone", "mechanism": {"handled": false}});
    for (event, properties) in [
        ("$exception", json!({"$exception_message": "gone"})),
        ("$exception", json!({"$exception_list": [entry("")]})),
        (
            "$exception",
            json!({"$exception_list": [entry("AppError"), entry("IoError")]}),
        ),
        (
            "$groupidentify",
            json!({"$group_type": "company", "$group_key": "  "}),
        ),
    ] {
        let mut properties = properties;
        properties["$session_id"] = json!("s");
        let event = json!({"event": event, "distinct_id": "ann", "properties": properties});
        assert_eq!(standin.capture(event).await.status(), 200);
    }
    assert_eq!(
        standin.warned().await,
        [
            "blank_group_key",
            "exception_without_list",
            "exception_without_type",
            "handled_on_cause"
        ]
    );
}

#[tokio::test]
async fn an_event_that_posthog_repairs_is_kept_with_a_warning() {
    let standin = Standin::start().await;
    let long = "i".repeat(300);
    for event in [
        json!({"event": "seen", "distinct_id": "ann", "timestamp": "yesterday"}),
        json!({"event": "seen", "distinct_id": long}),
        json!({"event": "$groupidentify", "distinct_id": "ann",
            "properties": {"$group_type": "company", "$group_key": "acme", "$group_set": ["x"]}}),
        json!({"event": "$identify", "distinct_id": "ann", "properties": {"$anon_distinct_id": null}}),
    ] {
        let mut event = event;
        let properties = event["properties"].take();
        event["properties"] = match properties {
            Value::Null => json!({}),
            properties => properties,
        };
        event["properties"]["$session_id"] = event["distinct_id"].clone();
        assert_eq!(standin.capture(event).await.status(), 200);
    }
    assert_eq!(standin.get("/hoglet/status").await["counts"]["events"], 4);
    assert_eq!(
        standin.warned().await,
        [
            "distinct_id_truncated",
            "ignored_invalid_timestamp",
            "invalid_group_set",
            "shared_id"
        ]
    );
    assert_eq!(standin.get("/hoglet/groups").await, json!([]));

    // An anonymous id is not cut.
    let link = json!({"event": "$identify", "distinct_id": "ann", "properties": {"$anon_distinct_id": long}});
    standin.capture(link).await;
    let people = standin.get("/hoglet/people?distinct_id=ann").await;
    assert_eq!(people[0]["distinct_ids"], json!(["ann", long]));
}

#[tokio::test]
async fn v1_drops_single_events_and_refuses_whole_batches() {
    let standin = Standin::start().await;
    let uuid = |number: usize| format!("0190a6e4-0000-7000-8000-{number:012}");
    let event = |number: usize, changes: Value| {
        let mut event = json!({
            "event": "seen", "uuid": uuid(number), "distinct_id": " ann ", "timestamp": "2026-01-01T00:00:00Z",
            "session_id": "s",
        });
        for (key, value) in changes.as_object().expect("an object") {
            event[key] = value.clone();
        }
        event
    };
    let batch = |events: Vec<Value>| json!({"created_at": "2026-01-01T00:00:00Z", "batch": events});
    let (status, answer) = standin
        .v1(&batch(vec![
            event(1, json!({})),
            event(2, json!({"distinct_id": "NULL"})),
            event(3, json!({"event": "e".repeat(201)})),
            event(4, json!({"distinct_id": "i".repeat(201)})),
            event(5, json!({"distinct_id": "  "})),
            event(6, json!({"timestamp": "2026-01-01T00:00:00"})),
            event(7, json!({"options": {"cookieless_mode": "perhaps"}})),
        ]))
        .await;
    assert_eq!(status, 200, "{answer}");
    let result = |number: usize| answer["results"][uuid(number)].clone();
    assert_eq!(result(1), json!({"result": "ok"}));
    assert_eq!(
        result(2),
        json!({"result": "ok", "details": "person_processing_disabled"})
    );
    for (number, details) in [
        (3, "event_name_too_long"),
        (4, "distinct_id_too_large"),
        (5, "missing_distinct_id"),
        (6, "invalid_event_timestamp"),
        (7, "invalid_options"),
    ] {
        assert_eq!(
            result(number),
            json!({"result": "drop", "details": details})
        );
    }
    let events = standin.get("/hoglet/events").await;
    assert_eq!(events["total"], 2);
    let first = &events["events"][0];
    assert_eq!(first["distinct_id"], "ann");
    assert_eq!(
        (
            &first["properties"]["$lib"],
            &first["properties"]["$lib_version"]
        ),
        (&json!("posthog-test/sub"), &json!("1.2.3"))
    );
    assert_eq!(events["events"][1]["personless"], true);
    assert!(standin.warned().await.contains(&"shared_id".to_owned()));
    let people = standin.get("/hoglet/people").await;
    assert_eq!(people.as_array().map(Vec::len), Some(1));

    for bad in [
        json!({"created_at": "yesterday", "batch": [event(8, json!({}))]}),
        batch(vec![event(8, json!({})), event(9, json!({"uuid": "9"}))]),
        batch(vec![event(8, json!({})), event(8, json!({}))]),
        batch(vec![
            event(8, json!({})),
            json!({"event": "seen", "distinct_id": "ann", "timestamp": "2026-01-01T00:00:00Z"}),
        ]),
    ] {
        let (status, answer) = standin.v1(&bad).await;
        assert_eq!(
            (status, &answer["error"]),
            (400, &json!("request_parsing_error")),
            "{bad}"
        );
    }
    assert_eq!(
        standin.get("/hoglet/events").await["total"],
        2,
        "nothing of them is kept"
    );
}

/// This took nine seconds when each `$set` copied and weighed the whole person.
#[tokio::test]
async fn a_thousand_sets_on_one_person_are_taken_at_once() {
    let standin = Standin::start().await;
    let events: Vec<Value> = (0..1_000)
        .map(|number| {
            let set = json!({format!("key-{number}"): "v".repeat(100)});
            json!({"event": "$set", "distinct_id": "ann", "properties": {"$set": set}})
        })
        .collect();
    let batch = json!({"api_key": "phc_test", "batch": events}).to_string();
    let start = Instant::now();
    assert_eq!(standin.post("/batch/", batch).await.status(), 200);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}");
    let people = standin.get("/hoglet/people?distinct_id=ann").await;
    let properties = people[0]["properties"].as_object();
    assert_eq!(properties.map(serde_json::Map::len), Some(1_000));
}
