//! Log lines as JSON: one object per line.
//!
//! Each object has `timestamp`, `level`, `target`, `message`, the fields of the line and the fields of
//! its request.
//!
//! The JSON of tracing-subscriber nests the request's fields in `span` and `spans`, and masks nothing.

use std::fmt::Debug;
use std::io::Write;

use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, Scope};

use hoglet_errors::mask_secrets;

/// A layer of tracing-subscriber.
pub struct JsonLines<W> {
    writer: W,
}

impl<W> JsonLines<W> {
    pub fn new(writer: W) -> Self {
        Self { writer }
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + 'static,
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
        let mut line = Fields::default();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(Scope::from_root)
        {
            if let Some(Fields(fields)) = span.extensions().get::<Fields>() {
                line.0.extend(fields.clone());
            }
        }
        event.record(&mut line);
        let metadata = event.metadata();
        line.text("level", metadata.level().as_str());
        line.text("target", metadata.target());
        line.text(
            "timestamp",
            &Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true),
        );
        let text = format!("{}\n", Value::Object(line.0));
        // If the log cannot be written, this error cannot be logged either.
        let _ = self.writer.make_writer().write_all(text.as_bytes());
    }
}

/// The fields of a span or an event, as JSON.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn text(&mut self, name: &str, value: &str) {
        self.insert(name, mask_secrets(value));
    }

    fn insert(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field.name(), &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field.name(), value);
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

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

    fn lines_of(log: impl FnOnce()) -> Vec<Value> {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let lines = JsonLines::new(move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(lines);
        tracing::subscriber::with_default(subscriber, log);
        let written = buffer.0.lock().expect("nobody panics").clone();
        let text = String::from_utf8(written).expect("UTF-8");
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
