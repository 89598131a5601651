//! Deleting a person with PostHog's private API.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Standin;

async fn delete(standin: &Standin, project: &str, key: Option<&str>, body: Value) -> (u16, Value) {
    let url = format!(
        "{}/api/projects/{project}/persons/bulk_delete/",
        standin.url
    );
    let mut request = standin.http.post(url).body(body.to_string());
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, response.json().await.expect("JSON"))
}

#[tokio::test]
async fn only_a_personal_key_deletes_and_only_the_named_persons() {
    let standin = Standin::start().await;
    standin.capture(json!({"event": "seen", "distinct_id": "visitor", "properties": {"$process_person_profile": false}})).await;
    standin.capture(json!({"event": "$identify", "distinct_id": "ann", "properties": {"$anon_distinct_id": "visitor"}})).await;
    standin
        .capture(json!({"event": "seen", "distinct_id": "bob"}))
        .await;
    let ann = json!({"distinct_ids": ["ann"], "delete_events": true, "delete_recordings": true});

    for (project, key, body, status) in [
        ("@current", None, &ann, StatusCode::UNAUTHORIZED),
        ("@current", Some("phs_test"), &ann, StatusCode::FORBIDDEN),
        ("@current", Some("phc_test"), &ann, StatusCode::FORBIDDEN),
        ("shop", Some("phx_test"), &ann, StatusCode::NOT_FOUND),
        ("1", Some("phx_test"), &json!({}), StatusCode::BAD_REQUEST),
        (
            "1",
            Some("phx_test"),
            &json!({"distinct_ids": "ann"}),
            StatusCode::BAD_REQUEST,
        ),
        (
            "1",
            Some("phx_test"),
            &json!({"distinct_ids": vec!["ann"; 1001]}),
            StatusCode::BAD_REQUEST,
        ),
    ] {
        let (answered, answer) = delete(&standin, project, key, body.clone()).await;
        assert_eq!(answered, status, "{key:?} {body}");
        assert!(answer["detail"].is_string(), "{answer}");
    }
    assert_eq!(
        standin.get("/hoglet/people").await.as_array().map(Vec::len),
        Some(2)
    );

    let (status, answer) = delete(&standin, "@current", Some("phx_test"), ann.clone()).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(answer["persons_found"], 1);
    assert_eq!(answer["events_queued_for_deletion"], true);
    assert_eq!(answer["deletion_errors"], json!([]));
    let left = standin.get("/hoglet/events").await;
    assert_eq!(left["events"].as_array().map(Vec::len), Some(1));
    assert_eq!(left["events"][0]["distinct_id"], "bob");
    let people = standin.get("/hoglet/people").await;
    assert_eq!(people.as_array().map(Vec::len), Some(1));

    let (status, answer) = delete(&standin, "7", Some("phx_test"), ann).await;
    assert_eq!((status, &answer["persons_found"]), (202, &json!(0)));
}
