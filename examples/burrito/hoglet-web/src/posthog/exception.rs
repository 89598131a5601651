//! [`Exception`]: an error on its way to PostHog.
//!
//! The SDK's own capture says `handled: true` always and shows the stack of the place that calls it.
//! Here the stack is taken where the error became an [`AppError`](crate::error::AppError) or where the
//! code panicked, and resolved only when it is sent.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use posthog_rs::{Event, RequestContext};
use serde_json::{Value, json};
use uuid::Uuid;

use super::size;
use crate::error::{Cause, CauseKind};
use crate::mask::mask_secrets;
use crate::stack::Stack;

/// Frames of one stack that are sent.
const MAX_FRAMES: usize = 64;

/// How bad it is.
#[derive(Clone, Copy, Debug)]
pub enum Level {
    /// The request failed, or the error was handled.
    Error,
    /// A panic.
    Fatal,
}

impl Level {
    /// Of what nobody has handled.
    pub fn of(cause: &Cause) -> Self {
        match cause.kind {
            CauseKind::Panic => Self::Fatal,
            CauseKind::Error => Self::Error,
        }
    }
}

/// An error on its way to PostHog. Without a context it belongs to nobody.
pub struct Exception {
    /// Of the event.
    pub uuid: Uuid,
    cause: Arc<Cause>,
    level: Level,
    handled: bool,
    /// The id that the person was shown.
    request_id: Option<String>,
    context: Option<RequestContext>,
    timestamp: DateTime<Utc>,
}

impl Exception {
    pub fn new(cause: Arc<Cause>, level: Level, handled: bool) -> Self {
        Self {
            uuid: Uuid::new_v4(),
            cause,
            level,
            handled,
            request_id: None,
            context: None,
            timestamp: Utc::now(),
        }
    }

    /// The request that it broke, or that asked for what broke; `context` says whose that was.
    pub fn of_request(mut self, id: Option<&str>, context: Option<RequestContext>) -> Self {
        self.request_id = id.map(str::to_owned);
        self.context = context;
        self
    }

    pub fn distinct_id(&self) -> Option<&str> {
        self.context.as_ref()?.get_distinct_id()
    }

    /// What it takes without its stack, about.
    pub fn text_bytes(&self) -> usize {
        let mut context = Event::new("", "");
        if let Some(defaults) = &self.context {
            defaults.apply_to_event(&mut context);
        }
        let messages = self.cause.chain.iter();
        let messages = messages.map(|(kind, message)| kind.len() + message.len());
        size::of_event(&context) + messages.sum::<usize>()
    }
}

/// Builds the `$exception` event. Looks up names in debug information: work for a blocking thread.
/// `app` is the folder that the app was compiled in.
pub fn resolve(exception: Exception, app: &str) -> Event {
    let Exception {
        uuid,
        cause,
        level,
        handled,
        request_id,
        context,
        timestamp,
    } = exception;
    let mut event = match context.as_ref().and_then(RequestContext::get_distinct_id) {
        Some(id) => Event::new("$exception".to_owned(), id.to_owned()),
        None => Event::new_anon("$exception"),
    };
    let level = match level {
        Level::Error => "error",
        Level::Fatal => "fatal",
    };
    insert(&mut event, "$exception_level", level);
    insert(
        &mut event,
        "$exception_list",
        exception_list(&cause, handled, app),
    );
    if let Some(id) = request_id {
        insert(&mut event, "request_id", id);
    }
    context.unwrap_or_default().apply_to_event(&mut event);
    if !event.properties().contains_key("$ip") {
        // Nobody's, so from nowhere: PostHog would take the server's own place.
        insert(&mut event, "$geoip_disable", true);
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

/// PostHog's shape: the error first, its causes after it, the outermost frame first.
fn exception_list(cause: &Cause, handled: bool, app: &str) -> Value {
    let entries = cause.chain.iter().enumerate().map(|(depth, (kind, message))| {
        let mut mechanism = json!({ "type": "generic", "handled": handled, "synthetic": false, "exception_id": depth });
        let mut entry = json!({ "type": kind, "value": mask_secrets(message) });
        if depth == 0 {
            entry["stacktrace"] = json!({ "type": "raw", "frames": frames(&cause.stack, app) });
        } else {
            mechanism["type"] = "chained".into();
            mechanism["parent_id"] = (depth - 1).into();
        }
        entry["mechanism"] = mechanism;
        entry
    });
    entries.collect()
}

/// PostHog's shape of the stack, the outermost frame first.
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
