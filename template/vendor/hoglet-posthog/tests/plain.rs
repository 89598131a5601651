//! Uses the crate like a plain axum app, with a stand-in for PostHog that records requests.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the message that it failed"
)]

use std::io::Read;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use flate2::read::GzDecoder;
use hoglet_errors::Cause;
use hoglet_posthog::settings::Variables;
use hoglet_posthog::{App, Client, Environment, Flag, PostHog, Settings, SignedIn, layer};
use reqwest::Url;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;

hoglet_posthog::events! {
    /// A page was opened.
    "page_opened" => PageOpened {
        /// The flag's value.
        friendly: bool,
    },
}

hoglet_posthog::flags! {
    /// A friendlier greeting.
    pub const FRIENDLY: Flag = Flag::new("friendly");
}

/// A stand-in for PostHog that records requests, and knows one flag.
#[derive(Clone, Default)]
struct Recorder {
    events: Arc<Mutex<Vec<Value>>>,
    flag_requests: Arc<Mutex<Vec<Value>>>,
}

async fn batch(State(recorder): State<Recorder>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    assert_eq!(headers["content-encoding"], "gzip");
    let mut text = String::new();
    GzDecoder::new(&body[..]).read_to_string(&mut text).unwrap();
    let batch: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(batch["api_key"], "phc_test");
    let events = batch["batch"].as_array().unwrap().clone();
    recorder.events.lock().unwrap().extend(events);
    Json(json!({ "status": 1 }))
}

async fn flags(State(recorder): State<Recorder>, Json(asked): Json<Value>) -> Json<Value> {
    recorder.flag_requests.lock().unwrap().push(asked);
    let reason = json!({ "code": "condition_match", "condition_index": 0, "description": "" });
    let metadata = json!({ "id": 1, "version": 1, "payload": null });
    let friendly = json!({ "key": "friendly", "enabled": true, "variant": null, "reason": reason, "metadata": metadata });
    Json(json!({
        "flags": { "friendly": friendly },
        "errorsWhileComputingFlags": false,
        "requestId": "1",
    }))
}

impl Recorder {
    async fn start() -> (Self, String) {
        let recorder = Self::default();
        let routes = Router::new()
            .route("/batch/", post(batch))
            .route("/flags/", post(flags))
            .with_state(recorder.clone());
        (recorder, serve(routes).await)
    }

    /// The recorded events with this name.
    fn events(&self, name: &str) -> Vec<Value> {
        let events = self.events.lock().unwrap();
        let named = events.iter().filter(|event| event["event"] == name);
        named.cloned().collect()
    }
}

/// Serves on a free port. Returns the address.
async fn serve(routes: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    address
}

/// Variables from a list instead of the process.
struct Given(Vec<(&'static str, String)>);

impl Variables for Given {
    fn raw(&mut self, name: &str) -> Option<String> {
        let mut given = self.0.iter();
        given
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.clone())
    }

    fn error(&mut self, name: &str, reason: &dyn std::fmt::Display) {
        panic!("{name}: {reason}");
    }
}

fn settings(posthog: &str) -> Settings {
    let mut variables = Given(vec![
        ("POSTHOG_PROJECT_TOKEN", "phc_test".to_owned()),
        ("POSTHOG_HOST", posthog.to_owned()),
        ("POSTHOG_FLAGS_TIMEOUT_MILLISECONDS", "20000".to_owned()),
    ]);
    let app = App {
        environment: Environment::Test,
        release: "1.2.3",
        folder: env!("CARGO_MANIFEST_DIR"),
    };
    Settings::read(&mut variables, app)
}

async fn home(posthog: PostHog) -> &'static str {
    let friendly = posthog.flags().await.is_enabled(&FRIENDLY);
    posthog.capture_view(PageOpened { friendly });
    if friendly {
        "Nice to see you!"
    } else {
        "Hello"
    }
}

async fn by_hand(posthog: PostHog) {
    posthog.capture_error(&"twelve".parse::<u32>().unwrap_err());
}

async fn fails() -> Response {
    let error = "twelve".parse::<u32>().unwrap_err();
    let mut response = StatusCode::BAD_GATEWAY.into_response();
    let cause = Arc::new(Cause::of(&error));
    response.extensions_mut().insert(cause);
    response
}

async fn panics() {
    panic!("undone");
}

/// Does what an app's own log-in would do.
async fn log_in(mut request: Request, next: Next) -> Response {
    if let Some(user) = request.headers().get("x-user") {
        let user = user.to_str().unwrap().to_owned();
        request.extensions_mut().insert(SignedIn(user));
    }
    next.run(request).await
}

struct Running {
    posthog: Recorder,
    client: Client,
    url: String,
}

impl Running {
    async fn start() -> Self {
        let (posthog, address) = Recorder::start().await;
        let client = Client::start(&settings(&address), ALL, Some).await.unwrap();
        client.capture_panics();
        let app = Router::new()
            .route("/", get(home))
            .route("/by-hand", get(by_hand))
            .route("/fails", get(fails))
            .route("/panics", get(panics))
            .layer(from_fn_with_state(client.clone(), layer::track))
            .layer(from_fn(log_in));
        Self {
            posthog,
            client,
            url: serve(app).await,
        }
    }

    async fn get(&self, path: &str, headers: &[(&'static str, &'static str)]) -> (u16, String) {
        let mut request = reqwest::Client::new().get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Waits until everything is delivered. Returns all events with this name.
    async fn events(&self, name: &str) -> Vec<Value> {
        assert!(self.client.flush(Duration::from_secs(20)).await);
        self.posthog.events(name)
    }
}

#[tokio::test]
async fn a_header_names_the_person_and_the_session_of_an_event() {
    let app = Running::start().await;
    let headers = [
        ("x-posthog-distinct-id", " ann "),
        ("x-posthog-session-id", "session-1"),
        ("user-agent", "a test"),
    ];
    app.get("/?utm_source=news&token=hunter2", &headers).await;

    let events = app.events("page_opened").await;
    let [event] = &events[..] else {
        panic!("one event: {events:?}");
    };
    assert_eq!(event["distinct_id"], "ann");
    let properties = &event["properties"];
    assert_eq!(properties["$session_id"], "session-1");
    assert_eq!(properties["$process_person_profile"], false);
    assert_eq!(properties["$request_path"], "/");
    assert_eq!(properties["$ip"], "127.0.0.1");
    assert_eq!(properties["$user_agent"], "a test");
    assert_eq!(properties["release"], "1.2.3");
    assert_eq!(properties["environment"], "test");
    let url: Url = properties["$current_url"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(url.query(), Some("utm_source=news&token=redacted"));
    // A header never chooses flags.
    assert_eq!(properties["friendly"], false);
    assert!(app.posthog.flag_requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_signed_in_user_has_a_profile_and_flags_and_no_header_overrides_them() {
    let app = Running::start().await;
    let headers = [("x-user", "user-7"), ("x-posthog-distinct-id", "mallory")];
    // Evaluation starts in the background.
    let begin = Instant::now();
    while app.get("/", &headers).await.1 != "Nice to see you!" {
        assert!(begin.elapsed() < Duration::from_secs(20));
    }
    let asked = app.posthog.flag_requests.lock().unwrap()[0].clone();
    assert_eq!(asked["distinct_id"], "user-7");

    let events = app.events("page_opened").await;
    let event = events.last().unwrap();
    assert_eq!(event["distinct_id"], "user-7");
    assert!(event["properties"]["$process_person_profile"].is_null());
    assert_eq!(event["properties"]["friendly"], true);
    assert_eq!(event["properties"]["$feature/friendly"], true);
    let called = app.events("$feature_flag_called").await;
    assert_eq!(called.len(), 1);
    assert_eq!(called[0]["distinct_id"], "user-7");
}

#[tokio::test]
async fn errors_by_hand_of_answers_and_of_panics_begin_where_they_arose() {
    let app = Running::start().await;
    for (path, status, function, handled, text) in [
        (
            "/by-hand",
            200,
            "by_hand",
            true,
            "invalid digit found in string",
        ),
        (
            "/fails",
            502,
            "fails",
            false,
            "invalid digit found in string",
        ),
        ("/panics", 500, "panics", false, "undone"),
    ] {
        let before = app.events("$exception").await.len();
        let (answered, _) = app.get(path, &[("x-user", "user-7")]).await;
        assert_eq!(answered, status, "{path}");
        let exceptions = app.events("$exception").await;
        assert_eq!(exceptions.len(), before + 1, "{path}");
        let exception = exceptions.last().unwrap();
        assert_eq!(exception["distinct_id"], "user-7");
        let error = &exception["properties"]["$exception_list"][0];
        assert_eq!(error["value"], text, "{path}");
        assert_eq!(error["mechanism"]["handled"], handled, "{path}");
        let frames = error["stacktrace"]["frames"].as_array().unwrap();
        let innermost = frames.last().unwrap();
        let name = innermost["function"].as_str().unwrap();
        assert!(name.contains(function), "{path}: {innermost}");
        assert_eq!(innermost["filename"], "tests/plain.rs", "{path}");
        assert_eq!(innermost["in_app"], true, "{path}");
        assert!(innermost["lineno"].is_u64(), "{path}");
    }
}

#[tokio::test]
async fn a_browser_that_opts_out_is_not_tracked_and_its_errors_have_no_person() {
    let app = Running::start().await;
    let headers = [("sec-gpc", "1"), ("x-posthog-distinct-id", "ann")];
    app.get("/", &headers).await;
    app.get("/by-hand", &headers).await;
    assert!(app.events("page_opened").await.is_empty());
    assert!(app.posthog.flag_requests.lock().unwrap().is_empty());
    let exceptions = app.events("$exception").await;
    assert_eq!(exceptions.len(), 1);
    let exception = exceptions[0].to_string();
    assert!(!exception.contains("ann"), "{exception}");
}

#[tokio::test]
async fn a_shutdown_delivers_what_is_queued() {
    let app = Running::start().await;
    for _ in 0..50 {
        app.get("/", &[("x-posthog-distinct-id", "ann")]).await;
    }
    let deadline = Instant::now() + Duration::from_secs(20);
    app.client.shut_down(deadline).await;
    assert_eq!(app.posthog.events("page_opened").len(), 50);
    let counts = app.client.counts();
    assert_eq!((counts.captured, counts.delivered), (50, 50));
    assert_eq!((counts.waiting, counts.lost), (0, 0));
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_and_the_app_works() {
    let (posthog, address) = Recorder::start().await;
    let mut settings = settings(&address);
    settings.project_token = String::new();
    let client = Client::start(&settings, ALL, Some).await.unwrap();
    let app = Router::new()
        .route("/", get(home))
        .layer(from_fn_with_state(client.clone(), layer::track));
    let url = serve(app).await;
    let answer = reqwest::get(&url).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "Hello");
    assert!(client.flush(Duration::from_secs(1)).await);
    assert!(posthog.events("page_opened").is_empty());
    assert!(posthog.flag_requests.lock().unwrap().is_empty());
}
