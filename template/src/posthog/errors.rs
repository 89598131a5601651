//! Error capture: what a handler could not answer, panics, and errors captured by hand.
//!
//! The SDK's own capture says `handled: true` always and shows the stack of the place that calls it.
//! Here the stack is taken where the error became an [`AppError`] or where the code panicked, and
//! resolved only when it is sent.

use std::any::Any;
use std::cell::RefCell;
use std::sync::{Arc, Once};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use backtrace::{Backtrace, BacktraceSymbol};
use chrono::{DateTime, Utc};
use posthog_rs::{Event, RequestContext};
use serde_json::{Value, json};
use uuid::Uuid;

use super::PostHog;
use super::{context, size, urls};
use crate::app::AppState;
use crate::error::{AppError, Cause, CauseKind};
use crate::request::RequestInfo;

/// Frames of one stack that are sent.
const MAX_FRAMES: usize = 64;

#[derive(Clone, Copy, Debug)]
pub enum Level {
    Error,
    Fatal,
}

/// An error on its way to PostHog. Without a context it belongs to nobody.
pub struct Exception {
    /// Of the event.
    pub uuid: Uuid,
    cause: Arc<Cause>,
    level: Level,
    handled: bool,
    context: Option<RequestContext>,
    timestamp: DateTime<Utc>,
}

impl Exception {
    pub fn new(
        cause: Arc<Cause>,
        level: Level,
        handled: bool,
        context: Option<RequestContext>,
    ) -> Self {
        Self {
            uuid: Uuid::new_v4(),
            cause,
            level,
            handled,
            context,
            timestamp: Utc::now(),
        }
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

/// On an answer whose error has been captured.
#[derive(Clone)]
struct ErrorCaptured;

/// The layer that captures a handler's 5xx and panics, on the request's person. It stands twice:
/// inside, so that the error's page can show what was captured, and outside, for the layers between.
pub async fn capture_errors(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let info = RequestInfo::of(request.extensions());
    let method = request.method().to_string();
    let posthog = request.extensions().get::<PostHog>().cloned();
    let mut response = next.run(request).await;
    if response.extensions().get::<ErrorCaptured>().is_some() {
        return response;
    }
    let cause = response
        .extensions()
        .get::<AppError>()
        .and_then(|error| error.cause.clone());
    let Some(cause) =
        cause.filter(|_| response.status().is_server_error() && state.posthog.capture_exceptions)
    else {
        return response;
    };
    let level = if cause.kind == CauseKind::Panic {
        Level::Fatal
    } else {
        Level::Error
    };
    match posthog.or_else(|| response.extensions().get().cloned()) {
        Some(posthog) => posthog.capture_exception(cause, level, false),
        // It broke before anybody knew who was asking.
        None => {
            let cut = |text| urls::cut(text, urls::MAX_CHARACTERS);
            let context = context::property(RequestContext::new(), "$request_method", cut(&method));
            let context = context::property(context, "$request_path", cut(&info.path));
            state
                .posthog
                .capture_exception(Exception::new(cause, level, false, Some(context)));
        }
    }
    response.extensions_mut().insert(ErrorCaptured);
    response
}

thread_local! {
    /// The panic that this thread is unwinding from, left by the hook for [`panic_response`].
    static LAST_PANIC: RefCell<Option<Cause>> = const { RefCell::new(None) };
}

/// Notes where a panic happened: after the unwinding its stack is gone.
pub fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let message = panic
                .payload_as_str()
                .unwrap_or("panic with a value that is no text");
            let cause = Cause {
                kind: CauseKind::Panic,
                chain: vec![("panic".into(), message.to_owned())],
                backtrace: Backtrace::new_unresolved(),
            };
            LAST_PANIC.with_borrow_mut(|last| *last = Some(cause));
            previous(panic);
        }));
    });
}

/// For `CatchPanicLayer`, which calls it on the thread that has just unwound.
pub fn panic_response(_: Box<dyn Any + Send + 'static>) -> Response {
    match LAST_PANIC.take() {
        Some(cause) => AppError::from_cause(cause).into_response(),
        None => AppError::new(StatusCode::INTERNAL_SERVER_ERROR, "").into_response(),
    }
}

/// Builds the `$exception` event. Looks up names in debug information: work for a blocking thread.
pub fn resolve(exception: Exception) -> Event {
    let Exception {
        uuid,
        cause,
        level,
        handled,
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
        exception_list(&cause, handled),
    );
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
fn exception_list(cause: &Cause, handled: bool) -> Value {
    let entries = cause.chain.iter().enumerate().map(|(depth, (kind, message))| {
        let mut mechanism = json!({ "type": "generic", "handled": handled, "synthetic": false, "exception_id": depth });
        let mut entry = json!({ "type": kind, "value": mask_emails(message) });
        if depth == 0 {
            entry["stacktrace"] = json!({ "type": "raw", "frames": frames(&cause.backtrace) });
        } else {
            mechanism["type"] = "chained".into();
            mechanism["parent_id"] = (depth - 1).into();
        }
        entry["mechanism"] = mechanism;
        entry
    });
    entries.collect()
}

struct Frame {
    function: String,
    json: Value,
    in_app: bool,
}

fn frames(backtrace: &Backtrace) -> Vec<Value> {
    let mut backtrace = backtrace.clone();
    backtrace.resolve();
    let frames: Vec<Frame> = backtrace
        .frames()
        .iter()
        .flat_map(|frame| frame.symbols())
        .filter_map(frame)
        .collect();
    // The innermost frames are those that took the stack: this begins where the app's own code was.
    let begin = frames
        .iter()
        .position(|frame| frame.in_app && !takes_stacks(&frame.function))
        .unwrap_or(0);
    let mut sent: Vec<Value> = frames
        .into_iter()
        .skip(begin)
        .take(MAX_FRAMES)
        .map(|frame| frame.json)
        .collect();
    sent.reverse();
    sent
}

fn frame(symbol: &BacktraceSymbol) -> Option<Frame> {
    let function = format!("{:#}", symbol.name()?);
    // `<app::routes::x as …>::y` is ours too.
    let in_app = function.trim_start_matches('<').starts_with("app::");
    let filename = symbol
        .filename()
        .map(|path| short_path(&path.to_string_lossy()))
        .unwrap_or_default();
    let json = json!({
        "platform": "native",
        "lang": "rust",
        "function": function,
        "filename": filename,
        "lineno": symbol.lineno(),
        "colno": symbol.colno(),
        "in_app": in_app,
        "resolved": true,
    });
    Some(Frame {
        function,
        json,
        in_app,
    })
}

/// `src/routes/home.rs`, `axum-0.8.9/src/…`, `library/core/src/…`: what the file is called, not
/// where it lay on the machine that built the app.
fn short_path(path: &str) -> String {
    let below = |marker: &str| {
        path.split_once(marker)
            .and_then(|(_, rest)| rest.split_once('/'))
            .map(|(_, rest)| rest)
    };
    path.strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/"))
        .or_else(|| below("/registry/src/"))
        .or_else(|| below("/rustc/"))
        .unwrap_or(path)
        .to_owned()
}

fn takes_stacks(function: &str) -> bool {
    function.contains("app::error::") || function.contains("app::posthog::")
}

/// A database's message may quote the row that broke a rule.
fn mask_emails(message: &str) -> String {
    let is_address = |character: char| character.is_alphanumeric() || "@._%+-".contains(character);
    let mut masked = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(start) = rest.find(is_address) {
        let word = &rest[start..];
        let end = word
            .find(|character| !is_address(character))
            .unwrap_or(word.len());
        masked.push_str(&rest[..start]);
        masked.push_str(if word[..end].trim_matches('@').contains('@') {
            "[e-mail]"
        } else {
            &word[..end]
        });
        rest = &word[end..];
    }
    masked + rest
}
