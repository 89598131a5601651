//! Reads the fields of a log entry, and formats entries that need no state.

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value};

use crate::colors::{ACCENT, DIM, ERROR};

/// Fields of the formatter and the spans that a terminal does not need.
const NOT_SHOWN: &[&str] = &["level", "message", "span", "spans", "target", "timestamp"];

/// Fields that the request's own line shows already.
///
/// Warnings and errors repeat them, to make them easy to find in the file.
const OF_THE_REQUEST: &[&str] = &["method", "request_id", "route", "user_id", "visitor_id"];

/// A mail that was kept instead of sent, and the address of its page.
pub fn mail(entry: &Map<String, Value>) -> Vec<String> {
    let subject = remove_control_characters(text(entry, "subject").unwrap_or("?"));
    let address = remove_control_characters(text(entry, "address").unwrap_or("?"));
    vec![format!("mail {ACCENT}{subject}{ACCENT:#} {address}")]
}

/// A warning or an error with all its fields, and any other line.
pub fn other(entry: &Map<String, Value>, message: &str) -> Vec<String> {
    let level = text(entry, "level").unwrap_or("INFO");
    let style = match level {
        "ERROR" => ERROR,
        "WARN" => AnsiColor::Yellow.on_default().bold(),
        _ => Style::new(),
    };
    let mut line = match level {
        "INFO" => String::new(),
        _ => format!("{style}{level}{style:#} "),
    };
    line += &remove_control_characters(message);
    for (name, value) in entry {
        let name = name.as_str();
        if NOT_SHOWN.contains(&name) || (level == "INFO" && OF_THE_REQUEST.contains(&name)) {
            continue;
        }
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        line += &format!(" {DIM}{name}={DIM:#}{}", remove_control_characters(&value));
    }
    if level != "INFO"
        && !entry.contains_key("request_id")
        && let Some(id) = request_id(entry)
    {
        line += &format!(" {DIM}request_id={DIM:#}{id}");
    }
    // A chain of causes or a stack has more than one line.
    line.lines().map(str::to_owned).collect()
}

pub fn request_id(entry: &Map<String, Value>) -> Option<&str> {
    anywhere(entry, "request_id")
}

/// A field of the entry itself, or of the spans around it.
pub fn anywhere<'a>(entry: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    text(entry, name).or_else(|| find(entry, name))
}

/// A field of the spans around an entry; the innermost span comes first.
pub fn find<'a>(entry: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let spans = entry.get("spans").and_then(Value::as_array);
    let innermost = entry.get("span").into_iter();
    innermost
        .chain(spans.into_iter().flatten().rev())
        .find_map(|span| span.get(name)?.as_str())
}

pub fn text<'a>(entry: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    entry.get(name)?.as_str()
}

/// Removes control characters, but no line breaks.
///
/// Paths come from clients and must not control the terminal.
pub fn remove_control_characters(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}
