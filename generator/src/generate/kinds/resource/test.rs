//! The values of the template of the tests.

use super::columns::Column;
use super::row_label::RowLabel;
use super::values::{self, Reference, Test};

/// Types whose control shows a value exactly as it was typed, in its attribute `value`.
const SHOWN_AS_TYPED: &[&str] = &["string", "integer", "bigint", "email", "date"];

pub fn of(
    columns: &[Column],
    label: &RowLabel,
    references: &[Reference],
    users: &[Reference],
) -> Test {
    let typed = columns.iter().filter(|column| column.kind != "references");
    let fields: Vec<Column> = typed.cloned().collect();
    let first =
        |matches: &dyn Fn(&Column) -> bool| fields.iter().find(|column| matches(column)).cloned();
    let required = |references: &[Reference]| -> Vec<Reference> {
        let required = references.iter().filter(|reference| !reference.optional);
        required.cloned().collect()
    };
    let (required, users) = (required(references), required(users));
    let searched = first(&|column| column.search);
    let words = searched
        .as_ref()
        .map(|column| column.samples.valid.as_str());
    let is_word = |letter: char| letter.is_ascii_alphanumeric();
    let word = words
        .unwrap_or_default()
        .split(|letter| !is_word(letter))
        .next();
    let changed = first(&|column| SHOWN_AS_TYPED.contains(&column.kind));
    let refused = first(&|column| column.samples.invalid.is_some());
    let needs_rows = !required.is_empty() || !users.is_empty();
    let changes_a_field = changed.is_some() || refused.is_some();
    Test {
        imports: match (needs_rows, changes_a_field) {
            (true, true) => "{Fields, with_field}",
            (true, false) => "Fields",
            (false, true) => "with_field",
            (false, false) => "",
        },
        changed,
        refused,
        unique: first(&|column| column.unique),
        query: word.unwrap_or_default().to_uppercase(),
        searched,
        label: first(&|column| column.name == label.column)
            .map(|column| column.samples.valid)
            .unwrap_or_default(),
        property: first(&|column| {
            ["integer", "bigint"].contains(&column.kind) && !column.event_type.is_empty()
        }),
        // With required references, a second form would create a second row to refer to, which may have to be unique.
        can_repeat: required.is_empty() && !columns.iter().any(|column| column.unique),
        needs_rows,
        users,
        targets: values::targets(required.iter()),
        references: required,
        fields,
    }
}
