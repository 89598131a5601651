//! Details of an error for the page in development: its causes, its place in the source, and the stack.

use std::fs;
use std::path::{Component, Path};
use std::sync::Arc;

use minijinja::Value;
use serde::Serialize;

use crate::error::{Cause, CauseKind};
use hoglet_errors::Frame;
use hoglet_errors::mask_tokens;

/// Lines shown before and after the line of the error.
const AROUND: usize = 5;

#[derive(Serialize)]
struct Details {
    kind: &'static str,
    /// The error, then its causes.
    chain: Vec<Link>,
    /// The place to look at first: the template, or the innermost frame in the app's code.
    place: Option<Place>,
    frames: Vec<Place>,
}

#[derive(Serialize)]
struct Link {
    name: String,
    message: String,
}

#[derive(Serialize)]
struct Place {
    function: String,
    file: String,
    line: Option<usize>,
    in_app: bool,
    source: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    number: usize,
    text: String,
    here: bool,
}

/// Reads debug information and source files, on a blocking thread.
pub async fn of(cause: Arc<Cause>, app: &'static str) -> Value {
    let read =
        tokio::task::spawn_blocking(move || minijinja::value::Serde(read(&cause, app)).into());
    // If reading panicked, the panic hook has logged the reason.
    read.await.unwrap_or_default()
}

fn read(cause: &Cause, app: &str) -> Details {
    let frames: Vec<Place> = cause
        .stack
        .frames(app)
        .iter()
        .map(|frame| Place::of_frame(frame, app))
        .collect();
    let template = cause.template.as_ref().map(|(name, line)| {
        let file = format!("templates/{name}");
        Place {
            function: String::new(),
            source: source(app, &file, *line),
            file,
            line: Some(*line),
            in_app: true,
        }
    });
    let innermost = || {
        let mut frames = cause.stack.frames(app).iter();
        let frame = frames.find(|frame| frame.in_app);
        frame.map(|frame| Place::of_frame(frame, app))
    };
    Details {
        kind: match cause.kind {
            CauseKind::Error => "error",
            CauseKind::Panic => "panic",
        },
        chain: cause
            .chain
            .iter()
            .map(|(name, message)| Link {
                name: name.clone(),
                // Developers may see e-mail addresses here, but no tokens.
                message: mask_tokens(message).into_owned(),
            })
            .collect(),
        place: template.or_else(innermost),
        frames,
    }
}

impl Place {
    fn of_frame(frame: &Frame, app: &str) -> Self {
        let line = frame.line.map(|line| line as usize);
        Self {
            function: frame.function.clone(),
            source: match line.filter(|_| frame.in_app) {
                Some(line) => source(app, &frame.file, line),
                None => Vec::new(),
            },
            file: frame.file.clone(),
            line,
            in_app: frame.in_app,
        }
    }
}

/// The lines around a line of a file in the app's folder. Empty if there is no such file.
fn source(app: &str, file: &str, line: usize) -> Vec<Line> {
    let path = Path::new(file);
    let inside = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let Some(text) = inside
        .then(|| fs::read_to_string(Path::new(app).join(path)).ok())
        .flatten()
    else {
        return Vec::new();
    };
    text.lines()
        .enumerate()
        .map(|(index, text)| Line {
            number: index + 1,
            text: text.to_owned(),
            here: index + 1 == line,
        })
        .skip(line.saturating_sub(AROUND + 1))
        .take(2 * AROUND + 1)
        .collect()
}
