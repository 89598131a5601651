//! The replies of the recorder.

use std::io::Read;
use std::time::Duration;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE, VARY,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use serde_json::{Value, from_value, json};

use super::recorder::{BATCH, DEFINITIONS, DELETION, Event, FLAGS, Recorded, Recorder, Reply};

/// A script as PostHog compresses it. The app's proxy must pass it on unchanged.
pub const COMPRESSED_SCRIPT: &[u8] = &[0x1f, 0x8b, 0xff, 0x00, 0xc3, 0x28];

/// The token of the project.
const TOKEN: &str = "phc_test";
/// PostHog's limits for a batch and for one event.
const MAX_BATCH_BYTES: usize = 20 * 1024 * 1024;
const MAX_EVENT_BYTES: usize = 1_000_000;

/// Records a request and replies to it.
pub async fn reply(State(posthog): State<Recorder>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(mut body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if parts
        .headers
        .get(CONTENT_ENCODING)
        .is_some_and(|it| it == "gzip")
    {
        let mut unpacked = Vec::new();
        GzDecoder::new(&*body).read_to_end(&mut unpacked).unwrap();
        body = unpacked.into();
    }
    let request = Recorded {
        method: parts.method,
        path_and_query: parts.uri.to_string(),
        headers: parts.headers,
        body,
    };
    posthog.seen().requests.push(request.clone());
    let reply = posthog.next_reply(request.path()).await;
    let mut bad = match reply {
        Reply::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Reply::RetryAfter(_) => StatusCode::TOO_MANY_REQUESTS.into_response(),
        _ => return posthog.normal_reply(request, reply),
    };
    if let Reply::RetryAfter(time) = reply {
        bad.headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static(time));
    }
    if reply == Reply::Status(200) {
        *bad.body_mut() = "<html>".into();
    }
    posthog.seen().bad_replies += 1;
    bad
}

impl Recorder {
    async fn next_reply(&self, path: &str) -> Reply {
        let to_flags = if path == FLAGS {
            self.seen().replies_to_flags.pop_front()
        } else {
            None
        };
        match to_flags {
            Some(Reply::Never) => return std::future::pending().await,
            Some(reply) => return reply,
            None => {}
        }
        loop {
            let reply = self.seen().reply;
            if reply != Reply::Never {
                return reply;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn normal_reply(&self, request: Recorded, reply: Reply) -> Response {
        let response = match request.path() {
            BATCH => self.take_batch(&request),
            FLAGS => self.flags(&request.json()),
            DEFINITIONS => self.definitions(),
            path if path.ends_with(DELETION) => self.delete_persons(request),
            _ => return script(&request),
        };
        if reply == Reply::Disconnect {
            // Not with `panic!`: the panic hook of the app in this process would capture it.
            std::panic::resume_unwind(Box::new("the connection breaks"));
        }
        response.map_or_else(IntoResponse::into_response, |json| {
            Json(json).into_response()
        })
    }

    /// Refuses a batch as a whole, even because of one event, as PostHog does.
    fn take_batch(&self, request: &Recorded) -> Result<Value, StatusCode> {
        let batch = request.json();
        assert_eq!(batch["api_key"], TOKEN);
        let events = batch["batch"].as_array().unwrap();
        let mut seen = self.seen();
        let limit = seen.batch_limit.unwrap_or(MAX_BATCH_BYTES);
        let is_large = |event: &Value| event.to_string().len() > MAX_EVENT_BYTES;
        if request.body.len() > limit || events.iter().any(is_large) {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        if events.iter().any(is_incomplete) {
            return Err(StatusCode::BAD_REQUEST);
        }
        let events = events
            .iter()
            .map(|event| from_value(event.clone()).unwrap());
        seen.events.extend(events);
        Ok(json!({ "status": 1 }))
    }

    /// The requested flags. PostHog requires the token of the project, and a person.
    fn flags(&self, asked: &Value) -> Result<Value, StatusCode> {
        // posthog-js calls it `token`.
        if asked["api_key"] != TOKEN && asked["token"] != TOKEN {
            return Err(StatusCode::UNAUTHORIZED);
        }
        if is_blank(&asked["distinct_id"]) {
            return Err(StatusCode::BAD_REQUEST);
        }
        let seen = self.seen();
        let mut flags = seen.flags.clone();
        if let Some(keys) = asked["flag_keys_to_evaluate"].as_array() {
            flags.retain(|key, _| keys.iter().any(|asked| asked == key));
        }
        let mut reply =
            json!({ "flags": flags, "errorsWhileComputingFlags": false, "requestId": "1" });
        for (name, value) in &seen.beside_flags {
            reply[name] = value.clone();
        }
        Ok(reply)
    }

    fn definitions(&self) -> Result<Value, StatusCode> {
        let seen = self.seen();
        let is_short = seen.beside_flags.get("minimalFlagCalledEvents");
        Ok(json!({
            "flags": seen.definitions,
            "group_type_mapping": {},
            "cohorts": {},
            "minimal_flag_called_events": is_short == Some(&true.into()),
        }))
    }

    fn delete_persons(&self, request: Recorded) -> Result<Value, StatusCode> {
        let body = request.json();
        let ids = body["distinct_ids"].as_array().unwrap();
        let mut seen = self.seen();
        let before = seen.events.len();
        let is_kept = |event: &Event| !ids.iter().any(|id| *id == event.distinct_id);
        seen.events.retain(is_kept);
        let persons = usize::from(seen.events.len() < before);
        seen.deletions.push(request);
        Ok(json!({ "persons_found": persons, "deletion_errors": [] }))
    }
}

/// Whether an event lacks a field that PostHog needs.
///
/// PostHog refuses an event without a name or a person, and drops a group without a type or a key. Here
/// both are refused, so that a test sees it.
fn is_incomplete(event: &Value) -> bool {
    let properties = &event["properties"];
    let group = [&properties["$group_type"], &properties["$group_key"]];
    is_blank(&event["event"])
        || is_blank(&event["distinct_id"])
        || event["event"] == "$groupidentify" && group.into_iter().any(is_blank)
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.trim().is_empty())
}

/// The script that PostHog serves to browsers.
fn script(request: &Recorded) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/javascript"),
        (SET_COOKIE, "from=posthog"),
        (VARY, "accept-encoding"),
    ];
    if request.headers.contains_key(ACCEPT_ENCODING) {
        return (headers, [(CONTENT_ENCODING, "br")], COMPRESSED_SCRIPT).into_response();
    }
    (headers, "console.log('posthog-js')").into_response()
}
