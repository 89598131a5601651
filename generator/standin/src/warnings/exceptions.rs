//! Mistakes in an `$exception`, by PostHog's specification for SDKs (`exception-event-metadata`).

use serde_json::Value;

use crate::event::Event;
use crate::warnings::kind::WarningKind;

const MOST_ENTRIES: usize = 50;

/// The kinds of mistakes in an `$exception`, each with a detail; none for other events.
pub fn mistakes(event: &Event) -> Vec<(WarningKind, String)> {
    if event.name != "$exception" {
        return Vec::new();
    }
    let entries = event.properties.get("$exception_list");
    let entries = match entries.and_then(Value::as_array) {
        Some(entries) if !entries.is_empty() => entries,
        _ => {
            let found = entries.map_or_else(
                || "no `$exception_list`".to_owned(),
                |entries| {
                    let entries: String = entries.to_string().chars().take(40).collect();
                    format!("`{entries}` as its `$exception_list`")
                },
            );
            return vec![(WarningKind::ExceptionWithoutList, format!("it has {found}"))];
        }
    };
    let mut mistakes = Vec::new();
    if let Some(index) = entries.iter().position(|entry| !has_type(entry)) {
        let detail = format!("entry {} of its `$exception_list` has none", index + 1);
        mistakes.push((WarningKind::ExceptionWithoutType, detail));
    }
    if entries.len() > MOST_ENTRIES {
        let detail = format!("its `$exception_list` has {} entries", entries.len());
        mistakes.push((WarningKind::ExceptionListTooLong, detail));
    }
    // The first entry is the error that was caught; the others are its causes.
    let causes = entries.iter().skip(1);
    if let Some(cause) = causes
        .filter(|entry| entry["mechanism"].get("handled").is_some())
        .map(|entry| &entry["type"])
        .next()
    {
        let detail = format!("the cause {cause} says whether it was handled");
        mistakes.push((WarningKind::HandledOnCause, detail));
    }
    mistakes
}

fn has_type(entry: &Value) -> bool {
    entry["type"]
        .as_str()
        .is_some_and(|name| !name.trim().is_empty())
}
