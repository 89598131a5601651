//! Log lines as JSON: one object per line.
//!
//! Each object has `timestamp`, `level`, `target`, `message`, the fields of the line and the fields of
//! its request.
//!
//! The JSON of tracing-subscriber nests the request's fields in `span` and `spans`, and masks nothing.

use std::fmt::{Debug, Write as _};
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use chrono::{SecondsFormat, Utc};
use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::buffer::Lines;
use hoglet_errors::mask_secrets;

/// The names that every line has. Fields with these names are left out.
const RESERVED: [&str; 3] = ["timestamp", "level", "target"];

/// A layer of tracing-subscriber.
pub struct JsonLines {
    pub lines: Arc<Lines>,
}

impl JsonLines {
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        let lines = Arc::new(Lines::to(writer));
        Self { lines }
    }
}

impl<S> Layer<S> for JsonLines
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.add_missing(outer);
            }
        }
        let metadata = event.metadata();
        let urgent = *metadata.level() <= Level::WARN;
        self.lines.add(&line(metadata, &fields), urgent);
    }
}

fn line(metadata: &Metadata<'_>, fields: &Fields) -> Vec<u8> {
    // The timestamp and the level need about 60 bytes.
    let mut line = Vec::with_capacity(fields.json.len() + metadata.target().len() + 80);
    line.extend_from_slice(b"{\"timestamp\":");
    let now = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
    write_json(&mut line, &now);
    line.extend_from_slice(b",\"level\":");
    write_json(&mut line, metadata.level().as_str());
    line.extend_from_slice(b",\"target\":");
    write_json(&mut line, metadata.target());
    for (name, json) in fields.iter() {
        if !RESERVED.contains(&name) {
            line.extend_from_slice(json);
        }
    }
    line.extend_from_slice(b"}\n");
    line
}

/// The fields of a span or an event.
#[derive(Default)]
struct Fields {
    /// A piece such as `,"status":200` for each field.
    json: Vec<u8>,
    /// The names, each with the place of its piece.
    places: Vec<(&'static str, Range<usize>)>,
    /// A text before it is masked.
    text: String,
}

impl Fields {
    fn iter(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let places = self.places.iter();
        places.map(|(name, place)| (*name, &self.json[place.clone()]))
    }

    /// Adds a field. It replaces an older field of the same name.
    fn insert(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) {
        self.places.retain(|(other, _)| *other != name);
        let start = self.json.len();
        self.json.push(b',');
        write_json(&mut self.json, name);
        self.json.push(b':');
        write_json(&mut self.json, value);
        self.places.push((name, start..self.json.len()));
    }

    /// Adds the fields of an outer span whose names are free.
    fn add_missing(&mut self, outer: &Self) {
        for (name, json) in outer.iter() {
            if self.places.iter().all(|(own, _)| *own != name) {
                let start = self.json.len();
                self.json.extend_from_slice(json);
                self.places.push((name, start..self.json.len()));
            }
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        // A value that cannot be shown leaves what it has written so far.
        let _ = write!(text, "{value:?}");
        self.record_str(field, &text);
        self.text = text;
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field.name(), &*mask_secrets(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field.name(), &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field.name(), &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field.name(), &value);
    }
}

fn write_json(json: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(json, value).expect("texts, numbers and truth values are JSON");
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::Value;
    use tracing::field::Empty;
    use tracing_subscriber::prelude::*;

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody panics").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn text_of(log: impl FnOnce()) -> String {
        let buffer = Buffer::default();
        let lines = JsonLines::new(buffer.clone());
        let subscriber = tracing_subscriber::registry().with(lines);
        tracing::subscriber::with_default(subscriber, log);
        let written = buffer.0.lock().expect("nobody panics").clone();
        String::from_utf8(written).expect("UTF-8")
    }

    fn lines_of(log: impl FnOnce()) -> Vec<Value> {
        let text = text_of(log);
        let lines = text.lines().map(serde_json::from_str::<Value>);
        lines.map(|line| line.expect("JSON")).collect()
    }

    #[test]
    fn a_line_carries_the_fields_of_its_span_beside_its_own() {
        let lines = lines_of(|| {
            let span = tracing::error_span!("request", request_id = "1", user_id = Empty);
            let _entered = span.enter();
            span.record("user_id", 7);
            tracing::warn!(lost = 3, "inside");
            tracing::info!(parent: None, "outside");
        });
        assert_eq!(lines[0]["message"], "inside");
        assert_eq!(lines[0]["level"], "WARN");
        assert_eq!(lines[0]["request_id"], "1");
        assert_eq!(
            (&lines[0]["user_id"], &lines[0]["lost"]),
            (&7.into(), &3.into())
        );
        assert_eq!(lines[1]["request_id"], Value::Null);
    }

    #[test]
    fn a_name_stands_once_and_the_nearest_value_counts() {
        let text = text_of(|| {
            let outer = tracing::error_span!("request", id = 1, step = 1, route = "/");
            let _outer = outer.enter();
            let inner = tracing::error_span!("query", step = Empty, "odd \" name" = true);
            let _inner = inner.enter();
            inner.record("step", 2);
            inner.record("step", 3);
            tracing::info!(id = 4, level = "mine", share = f64::NAN, "inside");
        });
        let (_, fields) = text.split_once("\"level\"").expect("the time comes first");
        assert_eq!(
            fields.replace(module_path!(), "here"),
            ":\"INFO\",\"target\":\"here\",\"message\":\"inside\",\"id\":4,\"share\":null,\"odd \\\" \
             name\":true,\"step\":3,\"route\":\"/\"}\n"
        );
    }

    #[test]
    fn an_email_address_is_masked_wherever_it_stands() {
        let lines = lines_of(|| {
            let error = io::Error::other("(ann@example.com) is there twice");
            tracing::error!(%error, debug = ?"\nann@example.com", "to ann@example.com");
        });
        assert_eq!(lines[0]["error"], "([e-mail]) is there twice");
        assert_eq!(lines[0]["message"], "to [e-mail]");
        assert!(
            !lines[0].to_string().contains("example.com"),
            "{}",
            lines[0]
        );
    }
}
