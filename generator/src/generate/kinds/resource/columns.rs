//! The code for a field in each file of a resource.
//!
//! [`types`](super::types) has the pieces that depend only on the type.

use serde::Serialize;

use super::samples::{self, Samples};
use super::types::{self, Pieces};
use crate::generate::field::Field;
use crate::generate::name::Name;
use crate::generate::reserved;

/// A column, as finished pieces of code.
#[derive(Debug, Clone, Serialize)]
pub struct Column {
    /// `title`, or `author_id` for a reference.
    pub name: String,
    /// `Title`: the column in SeaORM's enum `Column`.
    pub variant: String,
    /// `Title`, or `Author` for `author_id`: the label of the control.
    pub label: String,
    /// `title`: the same inside a sentence.
    pub lower: String,
    /// The type as the user types it, such as `string` or `references`.
    pub kind: &'static str,
    pub optional: bool,
    pub unique: bool,
    /// Whether an index sorts the list by this column.
    pub sortable: bool,
    pub search: bool,
    /// Personal data: masked in session replays, and never a property of an event.
    pub private: bool,
    pub is_number: bool,
    /// In the migration: `string_null("title")`.
    pub migration: String,
    /// In the entity, the content of `#[sea_orm(…)]`, such as `column_type = "Text", nullable`. Often empty.
    pub attribute: String,
    /// In the entity: `Option<String>`.
    pub rust: String,
    /// In the form: `Input<Option<Line>>`.
    pub input: String,
    /// In the form's view: `{{ field("title", "Title", form, errors, required=false) }}`.
    pub control: String,
    /// The expression for pages: `text::date(post.starts_on)`.
    pub text: String,
    /// On the page of a row: `<pre><code>{{ post.settings }}</code></pre>`.
    pub shown: String,
    /// The classes of the element around `shown`. Often empty.
    ///
    /// `text` is for several lines. The others mask personal data.
    pub class: String,
    /// The classes of its cell in the list. Often empty.
    ///
    /// `number` aligns right. The others mask personal data.
    pub cell_class: String,
    /// The macro of `templates/forms.html` that makes the control.
    pub control_macro: &'static str,
    /// The Rust type of the property of events. Empty if events do not have it.
    pub event_type: String,
    /// The value of the property: `post.priority`.
    pub event_value: String,
    pub samples: Samples,
    /// The valid sample as a literal of Rust.
    pub typed: String,
    /// The article of the label: `a` or `an`.
    pub article: &'static str,
}

impl Column {
    /// The column of a field of the resource `row`.
    pub fn new(row: &Name, field: &Field) -> Self {
        let pieces = types::pieces(field, &enumeration(row, field));
        let name = field.column();
        let place = format!("{}.{name}", row.snake());
        let samples = samples::of(field, &enumeration(row, field));
        let event = pieces.event.filter(|_| !field.private);
        let mask = field.private.then(|| mask(&pieces));
        Self {
            variant: camel(&name),
            label: field.name.title(),
            lower: field.name.lower(),
            kind: pieces.kind,
            optional: field.optional,
            unique: field.unique,
            // The address of a sorted page has the value of its last row, and PostHog receives addresses.
            sortable: (field.index || field.unique)
                && pieces.kind != "references"
                && !field.private,
            search: field.search,
            private: field.private,
            is_number: pieces.is_number,
            migration: migration(&pieces, &name, field.optional),
            attribute: attribute(&pieces, field.optional),
            rust: optional(&pieces.rust, field.optional),
            input: format!("Input<{}>", optional(&pieces.input, field.optional)),
            control: control(&pieces, &name, field),
            text: expression(
                pieces.text.as_deref().unwrap_or("VALUE"),
                &place,
                field.optional,
            ),
            shown: shown(&pieces, &place, field.optional),
            class: classes((pieces.kind == "text").then_some("text"), mask),
            cell_class: classes(pieces.is_number.then_some("number"), mask),
            control_macro: pieces.control,
            event_type: event.map_or_else(String::new, |(rust, _)| {
                let rust = rust.replace("ENUM", &enumeration_path(row, field));
                // The type of a conversion that can fail is an `Option` already.
                optional(&rust, field.optional && !rust.starts_with("Option<"))
            }),
            event_value: event.map_or_else(String::new, |(_, value)| {
                expression(value, &place, field.optional)
            }),
            typed: literal(&samples.valid),
            samples,
            article: article(&field.name),
            name,
        }
    }
}

/// Names that the files of a resource import beside the preludes.
///
/// An enum of such a name gets another one.
const IMPORTED: &[&str] = &[
    "ActiveModelBehavior",
    "Choice",
    "Decimal",
    "DeriveActiveEnum",
    "DeriveEntityModel",
    "EnumIter",
    "FixedPoint",
    "Input",
    "Line",
    "ListPage",
    "ListRequest",
    "Listing",
    "MultiLine",
    "Reference",
    "RowId",
    "Select",
    "Stored",
    "StringLen",
    "TimeDate",
    "TimeDateTimeWithTimeZone",
    "WebAddress",
];

/// The Rust type of an enum: `Status`, or `PostLine` because the files import another `Line`.
pub fn enumeration(row: &Name, field: &Field) -> String {
    let (row, name) = (row.camel(), field.name.camel());
    let own = ["Form", "Created", "Updated", "Deleted"].map(|end| format!("{row}{end}"));
    let is_taken = IMPORTED.contains(&name.as_str())
        || own.contains(&name)
        || reserved::type_name(&field.name).is_err();
    let longer = format!("{row}{name}");
    match is_taken {
        true if own.contains(&longer) => format!("{longer}Value"),
        true => longer,
        false => name,
    }
}

fn enumeration_path(row: &Name, field: &Field) -> String {
    format!(
        "crate::models::{}::{}",
        row.snake(),
        enumeration(row, field)
    )
}

/// `AuthorId` for `author_id`.
pub fn camel(column: &str) -> String {
    let capitalized = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    };
    column.split('_').map(capitalized).collect()
}

fn optional(rust: &str, optional: bool) -> String {
    match optional {
        true => format!("Option<{rust}>"),
        false => rust.to_owned(),
    }
}

fn migration(pieces: &Pieces, name: &str, optional: bool) -> String {
    let null = if optional { "_null" } else { "" };
    let Pieces {
        builder, arguments, ..
    } = pieces;
    format!("{builder}{null}(\"{name}\"{arguments})")
}

fn attribute(pieces: &Pieces, optional: bool) -> String {
    match &pieces.column_type {
        Some(column_type) if optional => format!("column_type = \"{column_type}\", nullable"),
        Some(column_type) => format!("column_type = \"{column_type}\""),
        None => String::new(),
    }
}

fn control(pieces: &Pieces, name: &str, field: &Field) -> String {
    let mut arguments = vec![format!("\"{name}\""), format!("\"{}\"", field.name.title())];
    let is_choice = pieces.control == "select";
    if is_choice {
        arguments.push(format!("choices.{name}"));
    }
    arguments.extend(["form".to_owned(), "errors".to_owned()]);
    if is_choice {
        let empty = if field.optional { "None" } else { "Choose…" };
        arguments.push(format!("empty=\"{empty}\""));
    }
    if !pieces.control_arguments.is_empty() {
        arguments.push(pieces.control_arguments.clone());
    }
    if field.optional {
        arguments.push("required=false".to_owned());
    }
    // The label of another row may be personal.
    if field.private || pieces.kind == "references" {
        arguments.push("private=true".to_owned());
    }
    format!("{{{{ {}({}) }}}}", pieces.control, arguments.join(", "))
}

/// An expression from [`types`], with the value instead of `VALUE`.
///
/// For an optional value it is a call of `map` or `and_then`.
fn expression(template: &str, place: &str, optional: bool) -> String {
    if template == "VALUE" || !optional {
        return template.replace("VALUE", place);
    }
    if let Some(function) = template.strip_suffix("(VALUE)") {
        return format!("{place}.map({function})");
    }
    if let Some(format) = template.strip_suffix(", VALUE)") {
        return format!("{place}.map(|value| {}))", format.replace("{:", "{value:"));
    }
    let inner = template.replace("VALUE", "value");
    match inner.ends_with(".ok()") {
        true => format!("{place}.and_then(|value| {inner})"),
        false => format!("{place}.map(|value| {inner})"),
    }
}

fn shown(pieces: &Pieces, place: &str, optional: bool) -> String {
    let value = format!("{{{{ {place} }}}}");
    let Some(shown) = pieces.shown else {
        return value;
    };
    let shown = shown.replace("VALUE", &value);
    match optional {
        true => format!("{{% if {place} %}}{shown}{{% endif %}}"),
        false => shown,
    }
}

/// A text as a literal of Rust, raw if it has quotes.
fn literal(text: &str) -> String {
    match text.contains('"') {
        true => format!("r#\"{text}\"#"),
        false => format!("\"{text}\""),
    }
}

/// The class that hides personal data from PostHog.
///
/// A click on a link captures its text and its address, which `ph-mask` does not prevent.
fn mask(pieces: &Pieces) -> &'static str {
    match pieces.kind {
        "url" => "ph-no-capture",
        _ => "ph-mask",
    }
}

fn classes(first: Option<&str>, mask: Option<&str>) -> String {
    let classes: Vec<&str> = first.into_iter().chain(mask).collect();
    classes.join(" ")
}

/// `a` or `an`: the article for the sound of a name, guessed from its spelling.
pub fn article(name: &Name) -> &'static str {
    let word = name.snake();
    let sounds_otherwise = ["uni", "use", "user", "eu", "one", "ubi", "uti"];
    let begins_with_vowel = word.starts_with(['a', 'e', 'i', 'o', 'u']);
    let silent = ["hour", "hono", "heir"];
    let is_an = begins_with_vowel && !sounds_otherwise.iter().any(|start| word.starts_with(start))
        || silent.iter().any(|start| word.starts_with(start));
    if is_an { "an" } else { "a" }
}
