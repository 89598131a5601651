//! The stand-in for PostHog from outside: over HTTP, with posthog-rs, and with the Python SDK.

#[path = "posthog_standin/deletion.rs"]
mod deletion;
#[path = "posthog_standin/flags.rs"]
mod flags;
#[path = "posthog_standin/ingestion.rs"]
mod ingestion;
#[path = "posthog_standin/otlp.rs"]
mod otlp;
#[path = "posthog_standin/python.rs"]
mod python;

use std::io::Write;
use std::time::{Duration, Instant};

use hoglet_standin::{Options, Server};
use posthog_rs::{ClientOptionsBuilder, EvaluateFlagsOptions, Event, FlagValue};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

struct Standin {
    url: String,
    http: Client,
}

impl Standin {
    async fn start() -> Self {
        Self::with(Options::default()).await
    }

    async fn with(options: Options) -> Self {
        let options = Options {
            address: ([127, 0, 0, 1], 0).into(),
            ..options
        };
        // The client runs on its own thread, because dropping it blocks the thread until all events are delivered.
        let (tell, told) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let server = Server::bind(&options).await.expect("a free port");
                tell.send(server.address()).expect("somebody asked");
                server.run(std::future::pending()).await
            })
        });
        let url = format!("http://{}", told.await.expect("an address"));
        Self {
            url,
            http: Client::new(),
        }
    }

    async fn get(&self, path: &str) -> Value {
        let response = self
            .http
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .expect("an answer");
        assert!(
            response.status().is_success(),
            "{path}: {}",
            response.status()
        );
        response.json().await.expect("JSON")
    }

    async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> Response {
        let url = format!("{}{path}", self.url);
        self.http
            .post(url)
            .body(body)
            .send()
            .await
            .expect("an answer")
    }

    async fn put(&self, path: &str, body: &Value) -> Response {
        let url = format!("{}{path}", self.url);
        self.http
            .put(url)
            .json(body)
            .send()
            .await
            .expect("an answer")
    }

    async fn capture(&self, event: Value) -> Response {
        let mut event = event;
        event["api_key"] = json!("phc_test");
        self.post("/capture/", event.to_string()).await
    }

    async fn posthog_rs(&self, local: bool) -> posthog_rs::Client {
        let mut options = ClientOptionsBuilder::default();
        options
            .api_key("phc_test".to_owned())
            .host(self.url.clone());
        if local {
            options.secret_key("phx_test").enable_local_evaluation(true);
        }
        posthog_rs::client(options.build().expect("valid options")).await
    }
}

async fn flag(client: &posthog_rs::Client, key: &str, distinct_id: &str) -> Option<FlagValue> {
    let options = EvaluateFlagsOptions {
        flag_keys: Some(vec![key.to_owned()]),
        ..EvaluateFlagsOptions::default()
    };
    let flags = client.evaluate_flags(distinct_id, options).await;
    flags.expect("an answer").get_flag(key)
}

async fn reads(response: Response) -> (u16, String) {
    (
        response.status().as_u16(),
        response.text().await.expect("text"),
    )
}

#[tokio::test]
async fn every_endpoint_takes_events_with_and_without_a_slash() {
    let standin = Standin::start().await;
    let event = json!({"api_key": "phc_test", "event": "seen", "distinct_id": "ann", "properties": {"$session_id": "s"}});
    for path in ["/batch", "/capture", "/e", "/track", "/i/v0/e"] {
        for slash in ["", "/"] {
            let answer = reads(
                standin
                    .post(&format!("{path}{slash}"), event.to_string())
                    .await,
            )
            .await;
            assert_eq!(
                answer,
                (200, r#"{"status":"Ok"}"#.to_owned()),
                "{path}{slash}"
            );
        }
    }
    let beacon = standin.post("/e/?beacon=1", event.to_string()).await;
    assert_eq!(beacon.status(), StatusCode::NO_CONTENT);
    let replay = standin
        .post("/s/?compression=gzip-js", vec![0x1f, 0x8b, 1, 2])
        .await;
    assert_eq!(replay.status(), 200);

    let status = standin.get("/hoglet/status").await;
    assert_eq!(status["counts"]["events"], 11);
    assert_eq!(status["counts"]["tokens"], json!({"phc_test": 11}));
    assert_eq!(status["counts"]["replay_requests"], 1);
    assert_eq!(
        standin.get("/hoglet/people").await.as_array().map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn malformed_requests_are_refused_and_shown_with_the_reason() {
    let standin = Standin::start().await;
    for (path, body, status, reason) in [
        ("/batch/", "{", 400, "failed to parse request"),
        ("/e/", "", 400, "request holds no payload"),
        (
            "/e/",
            r#"{"event":"a","distinct_id":"b"}"#,
            401,
            "event submitted without an api_key",
        ),
        (
            "/batch",
            r#"{"api_key":"phc_a","batch":[{"event":"a"}]}"#,
            400,
            "without a distinct_id (event 1)",
        ),
        (
            "/flags/?v=2",
            r#"{"api_key":"nonsense","distinct_id":"a"}"#,
            401,
            "The provided API key is invalid",
        ),
        (
            "/flags/?v=2",
            r#"{"api_key":"phc_a"}"#,
            400,
            "distinct_id field is missing",
        ),
        (
            "/i/v1/analytics/events",
            "{}",
            400,
            "missing_required_headers",
        ),
    ] {
        let answer = reads(standin.post(path, body).await).await;
        assert_eq!(answer.0, status, "{path} {body}: {}", answer.1);
        let malformed = standin.get("/hoglet/malformed").await;
        assert_eq!(malformed[0]["status"], status, "{path} {body}");
        if !reason.starts_with("missing_required") {
            assert!(answer.1.contains(reason), "{path} {body}: {}", answer.1);
            assert!(
                malformed[0]["reason"]
                    .as_str()
                    .is_some_and(|text| text.contains(reason)),
                "{malformed}"
            );
        }
    }
    assert_eq!(standin.get("/hoglet/status").await["counts"]["events"], 0);
    // One byte too many. The answer comes when nearly all bytes have been sent.
    let too_large = vec![b' '; 25 * 1024 * 1024 + 1];
    assert_eq!(standin.post("/e/", too_large).await.status(), 413);
}

#[tokio::test]
async fn headers_have_a_bound_of_64_kib_in_all() {
    let standin = Standin::start().await;
    for (path, ok) in [("/flags/?v=2", 200), ("/hoglet/status", 200), ("/", 200)] {
        for (length, status) in [(60 * 1024, ok), (65 * 1024, 431), (300 * 1024, 431)] {
            let request = match path.starts_with("/flags") {
                true => standin.http.post(format!("{}{path}", standin.url)),
                false => standin.http.get(format!("{}{path}", standin.url)),
            };
            let half = "x".repeat(length / 2);
            let answer = request
                .header("X-One", &half)
                .header("X-Other", &half)
                .body(r#"{"api_key":"phc_test","distinct_id":"ann"}"#)
                .send()
                .await
                .expect("an answer");
            assert_eq!(answer.status(), status, "{path} with {length} bytes");
        }
    }
}

#[tokio::test]
async fn v1_answers_for_each_event() {
    let standin = Standin::start().await;
    let good = "0190a6e4-0000-7000-8000-000000000001";
    let bad = "0190a6e4-0000-7000-8000-000000000002";
    let body = json!({"created_at": "2026-01-01T00:00:00Z", "batch": [
        {"event": "seen", "uuid": good, "distinct_id": "ann", "timestamp": "2026-01-01T00:00:00Z",
         "session_id": "s", "options": {"process_person_profile": false}, "properties": {}},
        {"event": "seen", "uuid": bad, "distinct_id": "", "timestamp": "2026-01-01T00:00:00Z"},
    ]});
    let response = standin
        .http
        .post(format!("{}/i/v1/analytics/events", standin.url))
        .bearer_auth("phc_test")
        .header("PostHog-Sdk-Info", "test/1")
        .header("PostHog-Attempt", "1")
        .header("PostHog-Request-Id", "r-1")
        .header("PostHog-Request-Timestamp", "2026-01-01T00:00:00Z")
        .json(&body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.headers()["posthog-request-id"], "r-1");
    let answer: Value = response.json().await.expect("JSON");
    assert_eq!(answer["results"][good]["result"], "ok");
    assert_eq!(answer["results"][bad]["result"], "drop");
    let events = standin.get("/hoglet/events").await;
    assert_eq!(events["total"], 1);
    assert_eq!(events["events"][0]["session_id"], "s");
    assert_eq!(events["events"][0]["personless"], true);
    assert_eq!(events["events"][0]["properties"]["$lib"], "test");
    assert_eq!(events["events"][0]["properties"]["$lib_version"], "1");
}

#[tokio::test]
async fn a_visitor_becomes_a_user_and_takes_the_anonymous_events_along() {
    let standin = Standin::start().await;
    let anonymous = json!({"event": "seen", "distinct_id": "visitor", "properties": {"$process_person_profile": false}});
    standin.capture(anonymous.clone()).await;
    assert_eq!(
        standin.get("/hoglet/events").await["events"][0]["person"],
        Value::Null
    );

    let link = json!({"$anon_distinct_id": "visitor", "$set": {"email": "ann@example.com"}});
    standin
        .capture(json!({"event": "$identify", "distinct_id": "ann", "properties": link}))
        .await;
    standin.capture(anonymous).await;

    let people = standin.get("/hoglet/people").await;
    assert_eq!(people[0]["distinct_ids"], json!(["ann", "visitor"]));
    assert_eq!(people[0]["properties"], json!({"email": "ann@example.com"}));
    assert_eq!(people[0]["identified"], true);
    let person = people[0]["id"].as_str().expect("an id");
    let events = standin
        .get(&format!("/hoglet/events?person={person}"))
        .await;
    assert_eq!(events["events"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        standin.get("/hoglet/events?search=EXAMPLE.com").await["events"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn flags_follow_the_rules_and_can_be_switched() {
    let standin = Standin::start().await;
    let flags = json!({
        "new-dashboard": {"payload": {"headline": "Hello"}},
        "headline": {"variants": {"control": 50, "test": 50}, "variant": "test", "payloads": {"test": 1}},
        "paid": {"conditions": [{"properties": [{"key": "plan", "value": "paid"}]}]},
        "off": false,
    });
    assert_eq!(standin.put("/hoglet/flags", &flags).await.status(), 200);
    standin
        .capture(json!({"event": "$set", "distinct_id": "ann", "$set": {"plan": "paid"}}))
        .await;

    let request = json!({"api_key": "phc_test", "distinct_id": "ann"}).to_string();
    let answer: Value = standin
        .post("/flags/?v=2", request.clone())
        .await
        .json()
        .await
        .expect("JSON");
    assert_eq!(answer["flags"]["new-dashboard"]["enabled"], true);
    assert_eq!(
        answer["flags"]["new-dashboard"]["metadata"]["payload"],
        r#"{"headline":"Hello"}"#
    );
    assert_eq!(answer["flags"]["headline"]["variant"], "test");
    assert_eq!(
        answer["flags"]["paid"]["enabled"], true,
        "the person's own properties count"
    );
    assert_eq!(answer["flags"]["off"]["enabled"], false);
    let old: Value = standin
        .post("/decide/?v=3", request.clone())
        .await
        .json()
        .await
        .expect("JSON");
    assert_eq!(old["featureFlags"]["headline"], "test");
    assert_eq!(old["featureFlagPayloads"]["headline"], "1");

    standin
        .put("/hoglet/flags/new-dashboard", &json!(false))
        .await;
    let answer: Value = standin
        .post("/flags/?v=2", request)
        .await
        .json()
        .await
        .expect("JSON");
    assert_eq!(answer["flags"]["new-dashboard"]["enabled"], false);
    let wrong = reads(
        standin
            .put("/hoglet/flags/x", &json!({"rolout_percentage": 1}))
            .await,
    )
    .await;
    assert_eq!(wrong.0, 400);
    assert!(wrong.1.contains("rolout_percentage"), "{}", wrong.1);
}

#[tokio::test]
async fn errors_of_the_json_interface_are_json() {
    let standin = Standin::start().await;
    let asked = [
        ("/hoglet/events?limit=many", "limit"),
        ("/hoglet/events?properties=plan", "properties"),
        ("/hoglet/exceptions?sinc=1", "unknown field `sinc`"),
        ("/hoglet/people?limit=-1", "limit"),
        ("/hoglet/funnel?step=paid", "unknown field `step`"),
        ("/hoglet/wait?events=all", "events"),
    ];
    let mut refused = Vec::new();
    for (path, reason) in asked {
        let answer = standin.http.get(format!("{}{path}", standin.url)).send();
        refused.push((path, reason, answer.await.expect("an answer")));
    }
    for (path, body, reason) in [
        ("/hoglet/project", json!([true]), "expected a map"),
        ("/hoglet/project", json!(null), "expected a map"),
        ("/hoglet/flags", json!({"": true}), "a flag's key is empty"),
    ] {
        refused.push((path, reason, standin.put(path, &body).await));
    }
    let failure = standin.post("/hoglet/fail", "[500]").await;
    refused.push(("/hoglet/fail", "expected a map", failure));
    for (path, reason, answer) in refused {
        assert_eq!(answer.status(), 400, "{path}");
        let said: Value = answer.json().await.expect("JSON");
        let said = said["error"].as_str().unwrap_or_default();
        assert!(said.contains(reason), "{path}: {said}");
    }
    let status = standin.get("/hoglet/status").await;
    assert_eq!(status["flags"], 0);
    assert_eq!(status["failures"], json!([]));
}

#[tokio::test]
async fn surveys_can_be_set_and_their_flags_evaluated_alone() {
    let standin = Standin::start().await;
    let config = "/array/phc_test/config";
    assert_eq!(standin.get(config).await["surveys"], false);
    let surveys = json!([{"id": "1", "name": "Burritos"}]);
    assert_eq!(standin.put("/hoglet/surveys", &surveys).await.status(), 200);
    assert_eq!(
        standin.get("/api/surveys/?token=phc_test").await["surveys"],
        surveys
    );
    assert_eq!(standin.get(config).await["surveys"], true);
    let refused = standin.put("/hoglet/surveys", &json!({"id": "1"})).await;
    assert_eq!(refused.status(), 400);

    let flags = json!({"survey-targeting-1": true, "new-dashboard": true});
    standin.put("/hoglet/flags", &flags).await;
    let request = json!({"api_key": "phc_test", "distinct_id": "ann"}).to_string();
    let path = "/flags/?v=2&only_evaluate_survey_feature_flags=true";
    let answer = standin.post(path, request).await.json::<Value>().await;
    let answer = answer.expect("JSON")["flags"].clone();
    let keys: Vec<_> = answer.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["survey-targeting-1"]);
}

#[tokio::test]
async fn posthog_rs_delivers_and_reads_flags() {
    let standin = Standin::start().await;
    let flags = json!({"headline": {"variants": {"control": 0, "test": 100}, "payloads": {"test": {"text": "Hi"}}}});
    standin.put("/hoglet/flags", &flags).await;

    let client = standin.posthog_rs(false).await;
    let mut event = Event::new("seen", "ann");
    event.insert_prop("count", 3).expect("a property");
    client.capture(event);
    client.capture(Event::new_anon("glanced"));
    let value = flag(&client, "headline", "ann").await;
    assert_eq!(value, Some(FlagValue::String("test".to_owned())));
    client.shutdown().await;

    assert_eq!(standin.get("/hoglet/wait?events=2").await["met"], true);
    let events = standin.get("/hoglet/events?event=seen").await;
    assert_eq!(events["events"][0]["properties"]["count"], 3);
    assert_eq!(events["events"][0]["properties"]["$lib"], "posthog-rs");
    assert_eq!(
        standin.get("/hoglet/events?event=glanced").await["events"][0]["personless"],
        true
    );
    assert_eq!(standin.get("/hoglet/malformed").await, json!([]));
}

#[tokio::test]
async fn posthog_rs_evaluates_locally_as_the_stand_in_does() {
    let standin = Standin::start().await;
    let flags = json!({
        "half": {"rollout_percentage": 50},
        "headline": {"variants": {"control": 30, "test": 70}, "rollout_percentage": 80},
    });
    standin.put("/hoglet/flags", &flags).await;
    let remote = standin.posthog_rs(false).await;
    let local = standin.posthog_rs(true).await;
    for number in 0..50 {
        let id = format!("user-{number}");
        for key in ["half", "headline"] {
            let asked = flag(&remote, key, &id).await;
            let computed = flag(&local, key, &id).await;
            assert_eq!(asked, computed, "{key} for {id}");
        }
    }
    assert_eq!(
        standin.get("/hoglet/status").await["counts"]["flag_requests"],
        100,
        "local evaluation asked nothing"
    );
}

#[tokio::test]
async fn posthog_rs_survives_trouble_and_delivers_once() {
    let standin = Standin::start().await;
    // The second failure loses only the answer, so the event arrives twice and counts once.
    standin
        .post(
            "/hoglet/fail",
            r#"{"status": 503, "times": 1, "path": "/batch"}"#,
        )
        .await;
    let client = standin.posthog_rs(false).await;
    client.capture(Event::new("seen", "ann"));
    client.flush().await;
    standin
        .post(
            "/hoglet/fail",
            r#"{"status": 502, "times": 1, "keep": true, "path": "/batch"}"#,
        )
        .await;
    client.capture(Event::new("seen again", "ann"));
    client.flush().await;
    client.shutdown().await;

    let status = standin.get("/hoglet/status").await;
    assert_eq!(status["counts"]["events"], 2);
    assert_eq!(status["counts"]["duplicates"], 1);
    assert_eq!(status["failed_requests"], 2);
    assert_eq!(status["failures"], json!([]));
}

#[tokio::test]
async fn failures_delay_and_hang_until_they_are_lifted() {
    let standin = Standin::start().await;
    standin
        .post("/hoglet/fail", r#"{"delay_ms": 150, "path": "/e"}"#)
        .await;
    let start = Instant::now();
    let event = r#"{"api_key": "phc_a", "event": "seen", "distinct_id": "ann"}"#;
    assert_eq!(standin.post("/e/", event).await.status(), 200);
    assert!(start.elapsed() >= Duration::from_millis(150));

    standin
        .post("/hoglet/fail", r#"{"hang": true, "path": "/e"}"#)
        .await;
    let hanging = standin.post("/e/", event);
    let lift = async {
        // Wait until the request hangs. Otherwise the failure would be lifted before the request arrives.
        while standin.get("/hoglet/status").await["failed_requests"] != 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let url = format!("{}/hoglet/fail", standin.url);
        standin.http.delete(url).send().await.expect("an answer");
    };
    let (answer, ()) = tokio::join!(hanging, lift);
    assert_eq!(answer.status(), 503);

    let late = standin
        .http
        .get(format!(
            "{}/hoglet/wait?events=9&timeout_ms=50",
            standin.url
        ))
        .send()
        .await;
    assert_eq!(late.expect("an answer").status(), 504);
    assert_eq!(
        standin
            .post("/hoglet/fail", r#"{"status": 1}"#)
            .await
            .status(),
        400
    );
    assert_eq!(standin.post("/hoglet/reset", "").await.status(), 200);
    assert_eq!(standin.get("/hoglet/status").await["counts"]["events"], 0);
}

#[tokio::test]
async fn strangers_are_kept_out() {
    let standin = Standin::start().await;
    let request = |method: reqwest::Method, path: &str| {
        standin
            .http
            .request(method, format!("{}{path}", standin.url))
    };
    let get = reqwest::Method::GET;
    let post = reqwest::Method::POST;
    let rebound = request(get.clone(), "/hoglet/events")
        .header("host", "evil.example:8010")
        .send()
        .await;
    assert_eq!(rebound.expect("an answer").status(), 403);
    let rebound = request(post.clone(), "/batch/")
        .header("host", "evil.example")
        .body("{}")
        .send()
        .await;
    assert_eq!(rebound.expect("an answer").status(), 403);
    let forged = request(post.clone(), "/hoglet/reset")
        .header("origin", "https://evil.example")
        .send()
        .await;
    assert_eq!(forged.expect("an answer").status(), 403);
    let read = request(get, "/hoglet/events")
        .header("origin", "https://evil.example")
        .send()
        .await;
    assert!(
        !read
            .expect("an answer")
            .headers()
            .contains_key("access-control-allow-origin")
    );

    // The app's own pages, on another port, may capture.
    let preflight = request(reqwest::Method::OPTIONS, "/e/")
        .header("origin", "http://localhost:8000")
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "content-type,x-posthog-session-id",
        )
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        preflight.headers()["access-control-allow-origin"],
        "http://localhost:8000"
    );
    assert_eq!(
        preflight.headers()["access-control-allow-headers"],
        "content-type,x-posthog-session-id"
    );
}

#[tokio::test]
async fn posthog_js_finds_its_settings_and_scripts() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("array.js"), "/* array */").expect("a file");
    let standin = Standin::with(Options {
        posthog_js: Some(folder.path().to_owned()),
        ..Options::default()
    })
    .await;
    let get = async |path: &str| {
        let url = format!("{}{path}", standin.url);
        reads(standin.http.get(url).send().await.expect("an answer")).await
    };
    assert_eq!(
        get("/static/array.js?v=1.2.3").await,
        (200, "/* array */".to_owned())
    );
    assert_eq!(
        get("/static/1.2.3/array.js").await,
        (200, "/* array */".to_owned())
    );
    assert_eq!(get("/static/..%2f..%2fetc%2fpasswd").await.0, 404);
    assert_eq!(get("/static/nothing.js").await.0, 404);
    let config: Value = serde_json::from_str(&get("/array/phc_a/config").await.1).expect("JSON");
    assert_eq!(config["sessionRecording"]["endpoint"], "/s/");
    let script = get("/array/phc_a%22]=1;alert(1)//%22/config.js").await.1;
    assert!(
        script.contains(r#"all["phc_a\"]=1;alert(1)"#) || script.is_empty(),
        "{script}"
    );
    assert!(
        get("/array/phc_a/array.js")
            .await
            .1
            .ends_with("/* array */")
    );
}

#[tokio::test]
async fn the_posthog_js_in_the_binary_is_served_packed_and_plain() {
    let standin = Standin::start().await;
    let http = Client::builder().no_gzip().build().expect("one");
    let get = async |path: &str, accepted: &str| {
        let url = format!("{}{path}", standin.url);
        let request = http.get(url).header("accept-encoding", accepted);
        request.send().await.expect("an answer")
    };
    let plain = get("/static/array.js", "identity").await;
    assert_eq!(
        plain.headers()["content-type"],
        "text/javascript; charset=utf-8"
    );
    assert_eq!(plain.headers().get("content-encoding"), None);
    let plain = plain.text().await.expect("text");
    assert!(plain.len() > 300_000 && plain.ends_with("//# sourceMappingURL=array.js.map"));

    let packed = get("/static/1.449.2/array.js?v=1.449.2", "gzip, br").await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(packed.headers()["vary"], "accept-encoding");
    let packed = packed.bytes().await.expect("bytes");
    assert!(packed.len() < 200_000);
    let mut unpacked = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*packed), &mut unpacked)
        .expect("gzip");
    assert!(unpacked == plain, "the same script");

    // The recorder from the settings, and the other scripts that a page loads when they are switched on.
    let config = get("/array/phc_a/config", "identity").await;
    let config: Value = config.json().await.expect("JSON");
    let recorder = config["sessionRecording"]["scriptConfig"]["script"].clone();
    let recorder = recorder.as_str().expect("a script");
    for name in [recorder, "surveys", "web-vitals", "exception-autocapture"] {
        let script = get(&format!("/static/{name}.js"), "gzip").await;
        assert_eq!(script.status(), 200, "{name}");
    }
    assert_eq!(get("/static/VERSION", "gzip").await.status(), 404);
    let own = get("/array/phc_a/array.js", "identity").await;
    let own = own.text().await.expect("text");
    assert!(own.starts_with("(function(){var all=") && own.ends_with(&plain));
}

#[tokio::test]
async fn the_page_forbids_scripts_of_others_and_hears_of_changes() {
    let standin = Standin::start().await;
    let page = standin
        .http
        .get(&standin.url)
        .send()
        .await
        .expect("an answer");
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );

    let mut live = standin
        .http
        .get(format!("{}/hoglet/live", standin.url))
        .send()
        .await
        .expect("a stream");
    let first = live.chunk().await.expect("a chunk").expect("a chunk");
    assert!(first.starts_with(b"event: change"), "{first:?}");
    standin
        .capture(json!({"event": "seen", "distinct_id": "ann"}))
        .await;
    let next = tokio::time::timeout(Duration::from_secs(5), live.chunk())
        .await
        .expect("in time");
    let next = String::from_utf8_lossy(&next.expect("a chunk").expect("a chunk")).into_owned();
    assert!(next.contains(r#""events":1"#), "{next}");
}

#[tokio::test]
async fn events_are_filtered_by_property_group_and_time() {
    let standin = Standin::start().await;
    let count = async |filter: &str| {
        let answer = standin.get(&format!("/hoglet/events?{filter}")).await;
        answer["events"].as_array().map(Vec::len)
    };
    for (event, properties) in [
        (
            "paid",
            json!({"plan": "pro", "amount": 12, "$groups": {"company": "acme"}}),
        ),
        ("paid", json!({"plan": "free", "note": "\"plan\": \"pro\""})),
        (
            "$groupidentify",
            json!({"$group_type": "company", "$group_key": "acme"}),
        ),
        ("seen", json!({"$groups": {"company": 7, "team": "acme"}})),
    ] {
        let event = json!({"event": event, "distinct_id": "ann", "properties": properties});
        standin.capture(event).await;
    }
    for (filter, expected) in [
        (r#"properties={"plan":"pro"}"#, 1),
        (r#"properties={"plan":"pro","amount":"12"}"#, 1),
        (r#"properties={"plan":"pro","amount":13}"#, 0),
        (r#"properties={"plan":null}"#, 2),
        ("group_type=company&group_key=acme", 2),
        ("group_type=team&group_key=acme", 1),
        ("group_type=company&group_key=7", 1),
        ("group_type=company", 3),
        ("since=1000", 4),
        ("until=1000", 0),
        ("event=paid&limit=1", 1),
    ] {
        assert_eq!(count(filter).await, Some(expected), "{filter}");
    }
    let bad = format!("{}/hoglet/events?properties=plan", standin.url);
    assert_eq!(
        standin
            .http
            .get(bad)
            .send()
            .await
            .expect("an answer")
            .status(),
        400
    );
    assert_eq!(
        standin.get("/hoglet/names").await,
        json!({"$groupidentify": 1, "paid": 2, "seen": 1})
    );
}

#[tokio::test]
async fn a_funnel_shows_where_sign_ups_die() {
    let standin = Standin::start().await;
    for (visitor, user, confirms) in [("v-1", "ann", true), ("v-2", "bob", false)] {
        for (event, id, properties) in [
            (
                "$pageview",
                visitor,
                json!({"$pathname": "/signup", "$process_person_profile": false}),
            ),
            ("$identify", user, json!({"$anon_distinct_id": visitor})),
            ("user_signed_up", user, json!({})),
        ] {
            let event = json!({"event": event, "distinct_id": id, "properties": properties});
            standin.capture(event).await;
        }
        if confirms {
            standin
                .capture(json!({"event": "email_confirmed", "distinct_id": user}))
                .await;
        }
    }
    let glance = json!({"$pathname": "/signup", "$process_person_profile": false});
    standin
        .capture(json!({"event": "$pageview", "distinct_id": "v-3", "properties": glance}))
        .await;

    assert_eq!(
        standin.get("/hoglet/funnel").await,
        json!({"steps": [
            {"event": "$pageview:/signup", "people": 3},
            {"event": "user_signed_up", "people": 2},
            {"event": "email_confirmed", "people": 1},
        ]})
    );
    assert_eq!(
        standin
            .get("/hoglet/funnel?steps=user_signed_up,%20unheard_of")
            .await,
        json!({"steps": [{"event": "user_signed_up", "people": 2}, {"event": "unheard_of", "people": 0}]})
    );
    for (query, reason) in [
        ("steps=", "`steps` is empty: name 2 to 10 events"),
        (
            "steps=user_signed_up",
            "`user_signed_up` is one step: a funnel has 2 to 10",
        ),
        ("step=user_signed_up", "unknown field `step`"),
    ] {
        let url = format!("{}/hoglet/funnel?{query}", standin.url);
        let (status, text) = reads(standin.http.get(url).send().await.expect("an answer")).await;
        assert_eq!(status, 400, "{query}");
        assert!(text.contains(reason), "{query}: {text}");
    }
}

#[tokio::test]
async fn events_come_with_the_names_of_their_people() {
    let standin = Standin::start().await;
    for (id, properties) in [
        ("visitor", json!({"$process_person_profile": false})),
        ("user", json!({"$set": {"email": "ann@example.com"}})),
        ("nameless", json!({})),
    ] {
        let event = json!({"event": "seen", "distinct_id": id, "properties": properties});
        standin.capture(event).await;
    }
    let people = standin.get("/hoglet/events").await["people"].clone();
    let expected = json!({
        "p1": {"label": "ann@example.com", "identified": false},
        "p2": {"label": "nameless", "identified": false},
    });
    assert_eq!(people, expected);
}

#[tokio::test]
async fn flags_that_the_app_reads_are_listed_with_their_variants() {
    let standin = Standin::start().await;
    let asked = json!({"api_key": "phc_test", "distinct_id": "ann", "flag_keys_to_evaluate": ["menu", "theme"]});
    standin.post("/flags/?v=2", asked.to_string()).await;
    for answer in [json!("dark"), json!("light"), json!(true)] {
        let called = json!({"$feature_flag": "theme", "$feature_flag_response": answer});
        let event =
            json!({"event": "$feature_flag_called", "distinct_id": "ann", "properties": called});
        standin.capture(event).await;
    }
    let flags = standin.get("/hoglet/flags").await;
    assert_eq!(
        flags["asked"],
        json!({"menu": [], "theme": ["dark", "light"]})
    );
    assert_eq!(flags["called"], json!({"theme": 3}));
}

#[tokio::test]
async fn the_app_beside_it_is_asked_for_its_flags() {
    let alone = Standin::start().await;
    let nobody = json!({"address": null, "flags": null, "error": null});
    assert_eq!(alone.get("/hoglet/app").await, nobody);

    for (answer, flags, error) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 49\r\n\r\n[{\"key\":\"menu\",\"variants\":[\"a\",\"b\"]},{\"key\":\"x\"}]",
            json!([{"key": "menu", "variants": ["a", "b"]}, {"key": "x", "variants": []}]),
            None,
        ),
        (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
            Value::Null,
            Some("404 Not Found"),
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n[",
            Value::Null,
            Some("EOF"),
        ),
        // This server accepts the request and never answers.
        ("", Value::Null, Some("no answer within 2 seconds")),
    ] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let app = format!("http://{}", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a question");
            let mut question = [0; 1024];
            let read = std::io::Read::read(&mut stream, &mut question).expect("a question");
            assert!(question[..read].starts_with(b"GET /dev/flags HTTP/1.1"));
            stream.write_all(answer.as_bytes()).expect("it listens");
            if answer.is_empty() {
                std::thread::sleep(Duration::from_secs(10));
            }
        });
        let standin = Standin::with(Options {
            app: Some(app.clone()),
            ..Options::default()
        })
        .await;
        let said = standin.get("/hoglet/app").await;
        assert_eq!((&said["address"], &said["flags"]), (&json!(app), &flags));
        match error {
            Some(error) => assert!(
                said["error"]
                    .as_str()
                    .is_some_and(|said| said.contains(error)),
                "{said}"
            ),
            None => assert_eq!(said["error"], Value::Null),
        }
    }
    let gone = Standin::with(Options {
        app: Some("http://127.0.0.1:1".to_owned()),
        ..Options::default()
    })
    .await;
    assert!(gone.get("/hoglet/app").await["error"].is_string());
}
