//! [`Exception`]: a captured error that becomes an `$exception` event.
//!
//! The SDK's own capture always sends `handled: true`, with the stack of its caller. Here the stack is that
//! of the place where the error became a [`Cause`], or where the code panicked. Its names are looked up only
//! when it is sent. The event's format follows PostHog's specification: PostHog/sdk-specs,
//! `exception-event-metadata`.

use std::error::Error;
use std::sync::Arc;

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use hoglet_errors::{Cause, Stack, mask_secrets};
use posthog_rs::{Event, RequestContext};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::boundary::Boundary;
use crate::properties;
use crate::property::GEOIP_DISABLE;
use crate::size;

/// How many frames of a stack are sent.
const MAX_FRAMES: usize = 64;

/// A captured error. Without a context it has no person.
pub(crate) struct Exception {
    /// The event's id.
    pub(crate) uuid: Uuid,
    cause: Arc<Cause>,
    boundary: Boundary,
    /// The caller's properties.
    properties: Map<String, Value>,
    /// The id of the request, which the error page shows.
    request_id: Option<String>,
    context: Option<RequestContext>,
    timestamp: DateTime<Utc>,
}

impl Exception {
    pub(crate) fn new(cause: Arc<Cause>, boundary: Boundary) -> Self {
        Self {
            uuid: Uuid::now_v7(),
            cause,
            boundary,
            properties: Map::new(),
            request_id: None,
            context: None,
            timestamp: Utc::now(),
        }
    }

    /// An error that the app has handled, with properties: a struct with named fields or a map.
    #[track_caller]
    pub(crate) fn by_hand<E: Error>(error: &E, properties: impl Serialize) -> Self {
        let exception = Self::new(Arc::new(Cause::of(error)), Boundary::ByHand);
        exception.with_properties(properties::of(&properties))
    }

    /// An error that a request has failed with. `status` is the status of the answer.
    pub(crate) fn of_failed_request(cause: Arc<Cause>, status: StatusCode) -> Self {
        let boundary = Boundary::of_request(&cause);
        let properties = json!({ "$response_status_code": status.as_u16() });
        Self::new(cause, boundary).with_properties(properties::of(&properties))
    }

    /// Adds properties, except those that PostHog's error tracking reserves.
    ///
    /// A caller cannot set where an exception was captured or its level.
    pub(crate) fn with_properties(mut self, properties: Map<String, Value>) -> Self {
        let properties = properties
            .into_iter()
            .filter(|(name, _)| !is_reserved(name));
        self.properties.extend(without_nulls(properties.collect()));
        self
    }

    /// Adds the id and the context of a request.
    ///
    /// It is the request that failed, or that started the work that failed.
    pub(crate) fn of_request(mut self, id: Option<&str>, context: Option<RequestContext>) -> Self {
        self.request_id = id.map(str::to_owned);
        self.context = context;
        self
    }

    pub(crate) fn distinct_id(&self) -> Option<&str> {
        self.context.as_ref()?.get_distinct_id()
    }

    /// About its size in bytes, without its stack.
    pub(crate) fn text_bytes(&self) -> usize {
        let mut context = Event::new("", "");
        insert_all(&mut context, self.properties.clone());
        if let Some(defaults) = &self.context {
            defaults.apply_to_event(&mut context);
        }
        let messages = self.cause.chain.iter();
        let messages = messages.map(|(kind, message)| kind.len() + message.len());
        size::of_event(&context) + messages.sum::<usize>()
    }
}

/// Makes the `$exception` event.
///
/// This looks up names in debug information, so call it in a blocking thread. `app` is the folder that the
/// app was compiled in.
pub(crate) fn resolve(exception: Exception, app: &str) -> Event {
    let Exception {
        uuid,
        cause,
        boundary,
        properties,
        request_id,
        context,
        timestamp,
    } = exception;
    let mut event = match context.as_ref().and_then(RequestContext::get_distinct_id) {
        Some(id) => Event::new("$exception".to_owned(), id.to_owned()),
        None => Event::new_anon("$exception"),
    };
    insert_all(&mut event, properties);
    insert(&mut event, "$exception_level", boundary.level());
    if let Some(source) = boundary.source() {
        insert(&mut event, "$exception_source", source);
    }
    let list = exception_list(&cause, boundary, app);
    insert(&mut event, "$exception_list", list);
    if let Some(id) = request_id {
        insert(&mut event, "request_id", id);
    }
    context.unwrap_or_default().apply_to_event(&mut event);
    if !event.properties().contains_key("$ip") {
        // The event has no `$ip`, so PostHog would take this server's location for the person's.
        insert(&mut event, GEOIP_DISABLE, true);
    }
    event.set_uuid(uuid);
    event
        .set_timestamp(timestamp)
        .expect("the past is not in the future");
    event
}

fn insert(event: &mut Event, name: &str, value: impl Into<Value>) {
    event
        .insert_prop(name, value.into())
        .expect("a JSON value serializes");
}

fn insert_all(event: &mut Event, properties: Map<String, Value>) {
    for (name, value) in properties {
        insert(event, &name, value);
    }
}

/// Whether a caller must not set this property.
///
/// A caller may set the fingerprint, by which PostHog groups exceptions.
fn is_reserved(name: &str) -> bool {
    name == "$debug_images" || (name.starts_with("$exception_") && name != "$exception_fingerprint")
}

/// The properties without nulls at any depth, except for nulls in a list.
fn without_nulls(properties: Map<String, Value>) -> Map<String, Value> {
    fn inside(value: Value) -> Value {
        match value {
            Value::Object(map) => Value::Object(without_nulls(map)),
            Value::Array(items) => items.into_iter().map(inside).collect(),
            other => other,
        }
    }
    let properties = properties.into_iter().filter(|(_, value)| !value.is_null());
    properties
        .map(|(name, value)| (name, inside(value)))
        .collect()
}

/// PostHog's format of an error and its sources.
///
/// The error is first, then its sources. Each has a `mechanism`, which describes how it was captured. Only
/// the error itself has `handled`, because the boundary has caught it and not its sources.
fn exception_list(cause: &Cause, boundary: Boundary, app: &str) -> Value {
    let entries = cause.chain.iter().enumerate();
    let entries = entries.map(|(depth, (kind, message))| {
        let value = mask_secrets(message);
        match depth {
            0 => json!({
                "type": kind,
                "value": value,
                "mechanism": {
                    "type": boundary.mechanism(),
                    "handled": boundary.handled(),
                    "synthetic": cause.synthetic,
                    "exception_id": 0,
                },
                "stacktrace": { "type": "raw", "frames": frames(&cause.stack, app) },
            }),
            // A source has no stack of its own.
            _ => json!({
                "type": kind,
                "value": value,
                "mechanism": {
                    "type": "chained",
                    "source": "cause",
                    "synthetic": false,
                    "exception_id": depth,
                    "parent_id": depth - 1,
                },
            }),
        }
    });
    entries.collect()
}

/// PostHog's format of a stack: the outermost frame is first.
fn frames(stack: &Stack, app: &str) -> Vec<Value> {
    let frames = stack.frames(app).iter().take(MAX_FRAMES).rev();
    frames
        .map(|frame| {
            json!({
                "platform": "native",
                "lang": "rust",
                "function": frame.function,
                "filename": frame.file,
                "lineno": frame.line,
                "colno": frame.column,
                "in_app": frame.in_app,
                "client_resolved": true,
            })
        })
        .collect()
}
