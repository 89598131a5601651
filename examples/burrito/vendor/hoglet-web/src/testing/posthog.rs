//! PostHog's HTTP edge: takes batches of events, answers for flags, serves the script, and writes
//! down everything that reaches it.

use std::collections::{HashSet, VecDeque};
use std::io::Read;
use std::ops::Index;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE, VARY,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::net::{TcpListener, TcpSocket};

/// What PostHog sends to those who take it compressed. Nobody between here and there looks inside.
pub const COMPRESSED_SCRIPT: &[u8] = &[0x1f, 0x8b, 0xff, 0x00, 0xc3, 0x28];

/// A PostHog that writes down what reaches it.
#[derive(Clone)]
pub struct StandIn {
    /// For `POSTHOG_HOST`.
    pub url: String,
    seen: Arc<Mutex<Seen>>,
}

/// An event as it arrived. Indexing it reads its properties: `event["$current_url"]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// Its own id.
    pub uuid: String,
    /// Such as `user_signed_up`.
    #[serde(rename = "event")]
    pub name: String,
    /// Whose it is.
    pub distinct_id: String,
    /// When it happened.
    pub timestamp: String,
    /// What is told about it.
    pub properties: Map<String, Value>,
}

/// A request that the proxy passed on.
#[derive(Clone, Debug)]
pub struct Passed {
    /// Its method.
    pub method: Method,
    /// Where it went.
    pub path_and_query: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// A request to delete persons.
#[derive(Clone, Debug)]
pub struct Deletion {
    /// `@current`, or a number.
    pub project: String,
    /// What it asks for.
    pub body: Value,
    /// How many persons were found.
    pub persons: usize,
}

/// How PostHog feels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    #[default]
    Well,
    /// Answers 503.
    Fails,
    /// Answers 429 and says when to come back.
    Throttles,
    /// Answers 429 with this `Retry-After`.
    Postpones(&'static str),
    /// Answers 400.
    Refuses,
    /// Answers with this status, and nothing else.
    Answers(u16),
    /// Takes requests and does not answer as long as the mood lasts.
    Hangs,
    /// Keeps the events, and the connection breaks before the answer.
    LosesAnswers,
    /// Answers 200 with something that is not PostHog's.
    TalksNonsense,
}

/// PostHog's own bounds, for a request and for one of its events.
const MAX_BODY_BYTES: usize = 20 * 1024 * 1024;
const MAX_EVENT_BYTES: usize = 1_000_000;

#[derive(Default)]
struct Seen {
    mood: Mood,
    smaller_bound: Option<usize>,
    largest_body: usize,
    batch_headers: Vec<HeaderMap>,
    flags: Map<String, Value>,
    definitions: Vec<Value>,
    says_with_flags: Map<String, Value>,
    flag_moods: VecDeque<Mood>,
    events: Vec<Event>,
    flag_requests: Vec<Value>,
    passed: Vec<Passed>,
    deletions: Vec<Deletion>,
    met_a_mood: usize,
}

impl StandIn {
    /// A PostHog that feels well.
    pub async fn start() -> Self {
        let (standin, socket) = Self::down();
        standin.come_up(socket);
        standin
    }

    /// A PostHog that refuses connections, on a port that is taken all the same.
    pub fn down() -> (Self, TcpSocket) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let standin = Self {
            url: format!("http://{}", socket.local_addr().unwrap()),
            seen: Arc::default(),
        };
        (standin, socket)
    }

    /// Begins to take connections.
    pub fn come_up(&self, socket: TcpSocket) {
        let listener: TcpListener = socket.listen(1024).unwrap();
        let router = Router::new()
            .route("/batch/", post(take_batch))
            .route("/flags/", post(answer_flags))
            .route("/flags/definitions/", get(answer_definitions))
            .route(
                "/api/projects/{project}/persons/bulk_delete/",
                post(delete_persons),
            )
            .fallback(take_anything)
            .layer(DefaultBodyLimit::disable())
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
    }

    /// From now on PostHog feels like this.
    pub fn feels(&self, mood: Mood) {
        self.seen.lock().unwrap().mood = mood;
    }

    /// The next requests for flags meet these moods, each of them one. Everything else does not.
    pub fn flags_meet(&self, moods: impl IntoIterator<Item = Mood>) {
        self.seen.lock().unwrap().flag_moods.extend(moods);
    }

    /// From now on this stands beside the flags in each answer, such as `errorsWhileComputingFlags`.
    pub fn says_with_flags(&self, name: &str, value: impl Into<Value>) {
        let mut seen = self.seen.lock().unwrap();
        seen.says_with_flags.insert(name.to_owned(), value.into());
    }

    /// From now on a larger batch is refused.
    pub fn takes_at_most(&self, bytes: usize) {
        self.seen.lock().unwrap().smaller_bound = Some(bytes);
    }

    /// The headers of each batch that has come, whatever became of it.
    pub fn batch_headers(&self) -> Vec<HeaderMap> {
        self.seen.lock().unwrap().batch_headers.clone()
    }

    /// The size of the largest batch that has come, unpacked.
    pub fn largest_body(&self) -> usize {
        self.seen.lock().unwrap().largest_body
    }

    /// From now on a flag has this value, `true` or the name of a variant, and this payload.
    pub fn set_flag(&self, key: &str, value: impl Into<Value>, payload: Option<Value>) {
        let value = value.into();
        let flag = json!({
            "key": key,
            "enabled": value != Value::Bool(false),
            "variant": value.as_str(),
            "reason": { "code": "condition_match", "condition_index": 0, "description": "" },
            "metadata": {
                "id": 1,
                "version": 1,
                "payload": payload.map(|payload| payload.to_string()),
                // As if each flag with variants had one.
                "has_experiment": value.is_string(),
            },
        });
        self.seen.lock().unwrap().flags.insert(key.to_owned(), flag);
    }

    /// From now on the definitions, which apps with a secret key keep, give this value to everybody.
    pub fn define_flag(&self, key: &str, value: impl Into<Value>, payload: Option<Value>) {
        let value = value.into();
        let variant = value.as_str();
        let on = variant.unwrap_or("true");
        let variants: Vec<_> = variant
            .iter()
            .map(|variant| json!({ "key": variant, "rollout_percentage": 100 }))
            .collect();
        let definition = json!({
            "id": 1,
            "key": key,
            "name": "",
            "active": value != Value::Bool(false),
            "has_experiment": variant.is_some(),
            "filters": {
                "groups": [{ "properties": [], "rollout_percentage": 100, "variant": variant }],
                "multivariate": variant.map(|_| json!({ "variants": variants })),
                "payloads": payload.map(|payload| json!({ on: payload.to_string() })).unwrap_or(json!({})),
            },
        });
        self.seen.lock().unwrap().definitions.push(definition);
    }

    /// Every event so far, in the order of their arrival.
    pub fn events(&self) -> Vec<Event> {
        self.seen.lock().unwrap().events.clone()
    }

    /// The bodies of the requests for flags.
    pub fn flag_requests(&self) -> Vec<Value> {
        self.seen.lock().unwrap().flag_requests.clone()
    }

    /// What came that is neither a batch nor a question for flags.
    pub fn passed(&self) -> Vec<Passed> {
        self.seen.lock().unwrap().passed.clone()
    }

    /// The requests to delete persons that were taken.
    pub fn deletions(&self) -> Vec<Deletion> {
        self.seen.lock().unwrap().deletions.clone()
    }

    /// How many requests got something else than PostHog's answer.
    pub fn met_a_mood(&self) -> usize {
        self.seen.lock().unwrap().met_a_mood
    }

    /// PostHog refuses a batch as a whole: for its size, or for one event that is too large, has no name
    /// or no person, or (here) has the property `poison`. A group without a type or a key it drops
    /// without a word; here that is a refusal too, so that a test sees it.
    fn refusal(&self, body: &[u8]) -> Option<Response> {
        let mut seen = self.seen.lock().unwrap();
        seen.largest_body = seen.largest_body.max(body.len());
        let batch: Value = serde_json::from_slice(body).unwrap();
        let events = batch["batch"].as_array().unwrap();
        if body.len() > seen.smaller_bound.unwrap_or(MAX_BODY_BYTES)
            || events
                .iter()
                .any(|event| event.to_string().len() > MAX_EVENT_BYTES)
        {
            Some(StatusCode::PAYLOAD_TOO_LARGE.into_response())
        } else if events
            .iter()
            .any(|event| is_nobodys(event) || !event["properties"]["poison"].is_null())
        {
            Some(StatusCode::BAD_REQUEST.into_response())
        } else {
            None
        }
    }

    fn mood(&self) -> Mood {
        self.seen.lock().unwrap().mood
    }

    /// What a request gets that meets PostHog in a bad mood.
    async fn moody(&self) -> Option<Response> {
        while self.mood() == Mood::Hangs {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.answer_in(self.mood())
    }

    fn answer_in(&self, mood: Mood) -> Option<Response> {
        let answer = match mood {
            Mood::Well | Mood::Hangs | Mood::LosesAnswers => None,
            Mood::Fails => Some(StatusCode::SERVICE_UNAVAILABLE.into_response()),
            Mood::Throttles => {
                Some((StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "1")]).into_response())
            }
            Mood::Postpones(until) => {
                Some((StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, until)]).into_response())
            }
            Mood::Refuses => Some(StatusCode::BAD_REQUEST.into_response()),
            Mood::Answers(status) => Some(StatusCode::from_u16(status).unwrap().into_response()),
            Mood::TalksNonsense => Some("<html>404".into_response()),
        };
        self.seen.lock().unwrap().met_a_mood += usize::from(answer.is_some());
        answer
    }
}

fn is_nobodys(event: &Value) -> bool {
    let is_blank = |value: &Value| value.as_str().is_none_or(|text| text.trim().is_empty());
    let properties = &event["properties"];
    is_blank(&event["event"])
        || is_blank(&event["distinct_id"])
        || event["event"] == "$groupidentify"
            && (is_blank(&properties["$group_type"]) || is_blank(&properties["$group_key"]))
}

async fn take_batch(State(posthog): State<StandIn>, headers: HeaderMap, body: Bytes) -> Response {
    posthog
        .seen
        .lock()
        .unwrap()
        .batch_headers
        .push(headers.clone());
    let body = unpacked(&headers, body);
    if let Some(response) = posthog.moody().await {
        return response;
    }
    if let Some(response) = posthog.refusal(&body) {
        return response;
    }
    #[derive(Deserialize)]
    struct Batch {
        api_key: String,
        batch: Vec<Event>,
    }
    let batch: Batch = serde_json::from_slice(&body).unwrap();
    assert_eq!(batch.api_key, "phc_test");
    posthog.seen.lock().unwrap().events.extend(batch.batch);
    if posthog.mood() == Mood::LosesAnswers {
        lose_the_answer();
    }
    Json(json!({ "status": 1 })).into_response()
}

/// As PostHog: gzip where the header says so.
fn unpacked(headers: &HeaderMap, body: Bytes) -> Vec<u8> {
    let Some(encoding) = headers.get(CONTENT_ENCODING) else {
        return body.into();
    };
    assert_eq!(encoding, "gzip");
    let mut unpacked = Vec::new();
    GzDecoder::new(&*body).read_to_end(&mut unpacked).unwrap();
    unpacked
}

/// Ends the connection, and calls no panic hook: the app in this process would capture it.
fn lose_the_answer() -> ! {
    std::panic::resume_unwind(Box::new("the answer is lost"));
}

/// As PostHog: 401 without the project's token, 400 without a person, and no flag that was not asked for.
async fn answer_flags(State(posthog): State<StandIn>, Json(asked): Json<Value>) -> Response {
    let met = {
        let mut seen = posthog.seen.lock().unwrap();
        seen.flag_requests.push(asked.clone());
        seen.flag_moods.pop_front()
    };
    let moody = match met {
        Some(Mood::Hangs) => std::future::pending().await,
        Some(Mood::LosesAnswers) => lose_the_answer(),
        Some(mood) => posthog.answer_in(mood),
        None => posthog.moody().await,
    };
    if let Some(response) = moody {
        return response;
    }
    // posthog-js says `token`.
    if asked["api_key"] != "phc_test" && asked["token"] != "phc_test" {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if asked["distinct_id"].as_str().is_none_or(str::is_empty) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let seen = posthog.seen.lock().unwrap();
    let mut flags = seen.flags.clone();
    if let Some(keys) = asked["flag_keys_to_evaluate"].as_array() {
        flags.retain(|key, _| keys.iter().any(|asked| asked == key));
    }
    let usual = json!({ "flags": flags, "errorsWhileComputingFlags": false, "requestId": "1" });
    let Value::Object(mut answer) = usual else {
        unreachable!("it is one");
    };
    answer.extend(seen.says_with_flags.clone());
    Json(answer).into_response()
}

/// As PostHog: 401 without a personal or secret key.
async fn answer_definitions(State(posthog): State<StandIn>, headers: HeaderMap) -> Response {
    if let Some(response) = posthog.moody().await {
        return response;
    }
    let key = bearer(&headers).unwrap_or_default();
    if !key.starts_with("phx_") && !key.starts_with("phs_") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let seen = posthog.seen.lock().unwrap();
    let short = seen.says_with_flags.get("minimalFlagCalledEvents") == Some(&true.into());
    let answer = json!({
        "flags": seen.definitions,
        "group_type_mapping": {},
        "cohorts": {},
        "minimal_flag_called_events": short,
    });
    Json(answer).into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
    authorization.strip_prefix("Bearer ")
}

/// As PostHog: without a key a 401, with another than a personal one (here also one that ends in
/// `_read`, whose scopes do not suffice) a 403. Forgets the persons with all that they have done,
/// also before they were who they are.
async fn delete_persons(
    State(posthog): State<StandIn>,
    Path(project): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(response) = posthog.moody().await {
        return response;
    }
    let Some(key) = bearer(&headers) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if !key.starts_with("phx_") || key.ends_with("_read") {
        return StatusCode::FORBIDDEN.into_response();
    }
    if project != "@current" && project.parse::<u64>().is_err() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    let asked = body["distinct_ids"].as_array().cloned().unwrap_or_default();
    if asked.is_empty() || asked.len() > 1000 {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let mut seen = posthog.seen.lock().unwrap();
    // Whoever was identified from one of the ids is the same person.
    let mut ids: HashSet<String> = asked
        .iter()
        .filter_map(|id| Some(id.as_str()?.to_owned()))
        .collect();
    loop {
        let known = ids.len();
        for event in seen.events.iter().filter(|event| event.name == "$identify") {
            let before = event["$anon_distinct_id"].as_str().unwrap_or_default();
            if ids.contains(&event.distinct_id) || ids.contains(before) {
                ids.extend([event.distinct_id.clone(), before.to_owned()]);
            }
        }
        if ids.len() == known {
            break;
        }
    }
    let before = seen.events.len();
    seen.events
        .retain(|event| !ids.contains(&event.distinct_id));
    let persons = usize::from(seen.events.len() < before);
    seen.deletions.push(Deletion {
        project,
        body,
        persons,
    });
    let answer = json!({
        "persons_found": persons,
        "persons_deleted": 0,
        "persons_queued_for_deletion": persons,
        "events_queued_for_deletion": persons > 0,
        "recordings_queued_for_deletion": persons > 0,
        "deletion_errors": [],
    });
    (StatusCode::ACCEPTED, Json(answer)).into_response()
}

async fn take_anything(State(posthog): State<StandIn>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let compressed = parts.headers.contains_key(ACCEPT_ENCODING);
    let passed = Passed {
        method: parts.method,
        path_and_query: parts.uri.to_string(),
        headers: parts.headers,
        body,
    };
    posthog.seen.lock().unwrap().passed.push(passed);
    if let Some(response) = posthog.moody().await {
        return response;
    }
    let headers = [
        (CONTENT_TYPE, "text/javascript"),
        (SET_COOKIE, "from=posthog"),
        (VARY, "accept-encoding"),
    ];
    if compressed {
        return (headers, [(CONTENT_ENCODING, "br")], COMPRESSED_SCRIPT).into_response();
    }
    (headers, "console.log('posthog-js')").into_response()
}

impl Index<&str> for Event {
    type Output = Value;

    /// A property; null where there is none.
    fn index(&self, name: &str) -> &Value {
        self.properties.get(name).unwrap_or(&Value::Null)
    }
}
