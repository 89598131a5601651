//! Flags, evaluated by the stand-in and by posthog-rs. Both agree, except where posthog-rs 0.30 differs from PostHog:
//! it tries conditions that name a variant first, and compares values that are not numbers as text.

use std::collections::HashMap;

use hoglet_standin::{Options, Server};
use posthog_rs::{EvaluateFlagsOptions, FlagValue};
use serde_json::{Value, json};

use super::{Standin, flag};

#[tokio::test]
async fn a_flag_for_groups_needs_no_earlier_group() {
    let standin = Standin::start().await;
    let flag = json!({"group_type": "company", "rollout_percentage": 50});
    standin.put("/hoglet/flags", &json!({"half": flag})).await;
    let (remote, local) = (
        standin.posthog_rs(false).await,
        standin.posthog_rs(true).await,
    );
    let mut enabled = 0;
    for number in 0..40 {
        let options = |only_evaluate_locally| EvaluateFlagsOptions {
            groups: Some(HashMap::from([("company".to_owned(), number.to_string())])),
            // Without them the SDK does not evaluate locally.
            group_properties: Some(HashMap::from([("company".to_owned(), HashMap::new())])),
            only_evaluate_locally,
            ..EvaluateFlagsOptions::default()
        };
        let asked = remote.evaluate_flags("ann", options(false)).await;
        let asked = asked.expect("an answer").get_flag("half");
        let computed = local.evaluate_flags("ann", options(true)).await;
        let computed = computed.expect("an answer").get_flag("half");
        assert_eq!(asked, computed, "company {number}");
        enabled += usize::from(asked == Some(FlagValue::Boolean(true)));

        // Browsers send the key as a number if the page has a number.
        let request =
            json!({"api_key": "phc_test", "distinct_id": "ann", "groups": {"company": number}});
        let answer: Value = standin
            .post("/flags/?v=2", request.to_string())
            .await
            .json()
            .await
            .expect("JSON");
        let enabled = answer["flags"]["half"]["enabled"]
            .as_bool()
            .map(FlagValue::Boolean);
        assert_eq!(enabled, asked, "company {number} as a number");
    }
    assert!(
        (10..30).contains(&enabled),
        "by group, not by person: {enabled} of 40"
    );
    let definitions: Value = standin
        .http
        .get(format!("{}/flags/definitions/", standin.url))
        .bearer_auth("phx_test")
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(definitions["group_type_mapping"], json!({"0": "company"}));
    assert_eq!(
        definitions["flags"][0]["filters"]["aggregation_group_type_index"],
        0
    );
}

#[tokio::test]
async fn conditions_on_properties_hold_for_posthog_rs_as_here() {
    let standin = Standin::start().await;
    let wanted = [
        ("gt", json!(1)),
        ("lte", json!("9")),
        ("gte", json!("many")),
        ("exact", json!(false)),
        ("exact", json!(["true", "False"])),
        ("is_not", json!(false)),
        ("is_not", json!("TRUE")),
        ("exact", json!(["banana", 7])),
        ("icontains", json!("AN")),
    ];
    let flags: serde_json::Map<String, Value> = wanted
        .iter()
        .enumerate()
        .map(|(number, (operator, value))| {
            let property = json!({"key": "p", "operator": operator, "value": value});
            (
                format!("f{number}"),
                json!({"conditions": [{"properties": [property]}]}),
            )
        })
        .collect();
    standin.put("/hoglet/flags", &json!(flags)).await;
    let (remote, local) = (
        standin.posthog_rs(false).await,
        standin.posthog_rs(true).await,
    );
    for actual in [
        json!("banana"),
        json!(7),
        json!("8.5"),
        json!(true),
        json!("false"),
    ] {
        let options = |only_evaluate_locally| EvaluateFlagsOptions {
            person_properties: Some(HashMap::from([("p".to_owned(), actual.clone())])),
            only_evaluate_locally,
            ..EvaluateFlagsOptions::default()
        };
        let asked = remote
            .evaluate_flags("ann", options(false))
            .await
            .expect("an answer");
        let computed = local
            .evaluate_flags("ann", options(true))
            .await
            .expect("an answer");
        for (number, (operator, value)) in wanted.iter().enumerate() {
            let key = format!("f{number}");
            let numbers = [&actual, value]
                .iter()
                .all(|value| value.to_string().contains(|c: char| c.is_ascii_digit()));
            if ["gt", "gte", "lt", "lte"].contains(operator) && !numbers {
                // PostHog has no match there; posthog-rs 0.30 compares the text.
                assert_eq!(
                    asked.get_flag(&key),
                    Some(FlagValue::Boolean(false)),
                    "{actual} {operator} {value}"
                );
                continue;
            }
            // The SDK asks the server for flags that it cannot evaluate itself.
            if let Some(computed) = computed.get_flag(&key) {
                assert_eq!(
                    asked.get_flag(&key),
                    Some(computed),
                    "{actual} {operator} {value}"
                );
            }
        }
    }
}

/// The names of the properties of the newest `$feature_flag_called` for a flag.
async fn called_with(standin: &Standin, key: &str) -> Vec<String> {
    let filter = format!("/hoglet/events?event=$feature_flag_called&limit=1&search={key}");
    let events = standin.get(&filter).await;
    let properties = events["events"][0]["properties"].as_object();
    let properties = properties.unwrap_or_else(|| panic!("`{key}` was not called: {events}"));
    properties.keys().cloned().collect()
}

#[tokio::test]
async fn posthog_rs_sends_few_properties_where_the_project_says_so() {
    let standin = Standin::start().await;
    let flags = json!({"plain": true, "experiment": {"variants": {"control": 50, "test": 50}}});
    standin.put("/hoglet/flags", &flags).await;
    let asked = json!({"api_key": "phc_test", "distinct_id": "ann"}).to_string();
    for minimal in [false, true] {
        let project = json!({"minimal_flag_called_events": minimal});
        let answer = standin.put("/hoglet/project", &project).await;
        assert_eq!(answer.json::<Value>().await.expect("JSON"), project);
        let answer = standin.post("/flags/?v=2", asked.clone()).await;
        let answer: Value = answer.json().await.expect("JSON");
        let sent = answer.get("minimalFlagCalledEvents");
        assert_eq!(sent, minimal.then_some(&json!(true)));
        let older = standin.post("/decide/?v=3", asked.clone()).await;
        let older: Value = older.json().await.expect("JSON");
        assert_eq!(older.get("minimalFlagCalledEvents"), None);

        for local in [false, true] {
            let client = standin.posthog_rs(local).await;
            for key in ["plain", "experiment"] {
                flag(&client, key, &format!("{minimal}-{local}")).await;
            }
            client.shutdown().await;
            let full = "$feature/plain".to_owned();
            let plain = called_with(&standin, "plain").await;
            assert_eq!(plain.contains(&full), !minimal, "local: {local}, {plain:?}");
            let experiment = called_with(&standin, "experiment").await;
            assert!(experiment.contains(&"$feature/experiment".to_owned()));
        }
    }
    let typo = standin
        .put("/hoglet/project", &json!({"minimal": true}))
        .await;
    assert_eq!(typo.status(), 400);
    assert_eq!(
        standin.get("/hoglet/project").await,
        json!({"minimal_flag_called_events": true}),
        "nothing changed"
    );
    standin.post("/hoglet/reset", "").await;
    assert_eq!(
        standin.get("/hoglet/project").await,
        json!({"minimal_flag_called_events": true}),
        "it stays, as flags do"
    );
}

#[tokio::test]
async fn flags_may_begin_with_a_byte_order_mark() {
    const MARK: &str = "\u{feff}";
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("flags.json");
    std::fs::write(&file, format!("{MARK}{{\"from-file\": true}}")).expect("written");
    let options = Options {
        flags: Some(file.clone()),
        ..Options::default()
    };
    let standin = Standin::with(options.clone()).await;
    for (path, text) in [
        ("flags/put", "true"),
        ("flags", r#"{"put": true, "from-file": true}"#),
        ("surveys", "[]"),
        ("project", "{}"),
    ] {
        let put = standin.http.put(format!("{}/hoglet/{path}", standin.url));
        let answer = put.body(format!("{MARK}{text}")).send().await;
        assert_eq!(answer.expect("an answer").status(), 200, "{path}");
    }
    let flags = standin.get("/hoglet/flags").await;
    let keys: Vec<_> = flags["flags"].as_object().expect("flags").keys().collect();
    assert_eq!(keys, ["from-file", "put"]);

    // Only one mark is skipped, not two, and the error is still reported.
    std::fs::write(&file, format!("{MARK}{MARK}{{}}")).expect("written");
    let error = Server::bind(&Options {
        address: ([127, 0, 0, 1], 0).into(),
        ..options
    })
    .await
    .err();
    let error = error.expect("no flags").to_string();
    assert!(error.contains("flags.json"), "{error}");
}

#[tokio::test]
async fn flags_are_asked_for_with_json_text_or_a_form() {
    let standin = Standin::start().await;
    let body = json!({"api_key": "phc_test", "distinct_id": "ann"}).to_string();
    for (kind, status) in [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("text/plain;charset=UTF-8", 200),
        ("application/octet-stream", 400),
        ("multipart/form-data", 400),
    ] {
        let asked = standin.http.post(format!("{}/flags/?v=2", standin.url));
        let asked = asked.header("Content-Type", kind).body(body.clone());
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{kind}");
    }
}

#[tokio::test]
async fn definitions_want_a_key_that_browsers_do_not_know() {
    let standin = Standin::start().await;
    let flag = json!({"rollout_percentage": 100, "payload": {"text": "Hi"}});
    standin.put("/hoglet/flags", &json!({"notice": flag})).await;
    for path in [
        "/flags/definitions/?send_cohorts",
        "/api/feature_flag/local_evaluation",
        "/api/projects/@current/feature_flags/notice/remote_config",
    ] {
        for (key, status) in [
            (None, 401),
            (Some(""), 401),
            (Some("phc_test"), 401),
            (Some("phx_test"), 200),
            (Some("phs_test"), 200),
        ] {
            let mut asked = standin.http.get(format!("{}{path}", standin.url));
            if let Some(key) = key {
                asked = asked.bearer_auth(key);
            }
            let answer = asked.send().await.expect("an answer");
            assert_eq!(answer.status(), status, "{path} with {key:?}");
        }
    }
}
