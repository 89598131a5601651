//! The text that stands for a row in links, headings and choices.

use serde::Serialize;

use super::columns::Column;
use crate::generate::name::Name;

/// The name of the label in the values of a page.
pub const NAME: &str = "label";

#[derive(Debug, Clone, Serialize)]
pub struct RowLabel {
    /// `self.title.clone()`
    pub expression: String,
    /// The column.
    ///
    /// Empty if the row has no column with a short text. Then its time is the label.
    pub column: String,
    /// The heading in the list.
    pub label: String,
    pub private: bool,
    pub sortable: bool,
}

impl RowLabel {
    /// The first required field with one line of text. One called `label` and those that are not personal come first.
    pub fn of(row: &Name, fields: &[Column]) -> Self {
        let of_kind = |kinds: &'static [&str], private: bool| {
            fields.iter().filter(move |field| {
                !field.optional && field.private == private && kinds.contains(&field.kind)
            })
        };
        let first = |kinds, private| of_kind(kinds, private).next();
        let named_label = of_kind(&["string"], false).find(|field| field.name == NAME);
        let field = named_label
            .or_else(|| first(&["string"], false))
            .or_else(|| first(&["email", "url"], false))
            .or_else(|| first(&["string", "email", "url"], true));
        let Some(field) = field else {
            return Self {
                expression: format!(
                    "format!(\"{} of {{}}\", text::moment(self.created_at))",
                    row.title()
                ),
                column: String::new(),
                label: row.title(),
                private: false,
                sortable: false,
            };
        };
        let text = match field.kind {
            "email" => "for_people()",
            _ => "clone()",
        };
        Self {
            expression: format!("self.{}.{text}", field.name),
            column: field.name.clone(),
            label: field.label.clone(),
            private: field.private,
            sortable: field.sortable,
        }
    }
}
