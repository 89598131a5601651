//! The text that stands for a row in links, headings and choices.

use serde::Serialize;

use super::columns::Column;
use crate::generate::name::Name;

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
    /// The first required field with one line of text. Fields that are not personal come first.
    pub fn of(row: &Name, fields: &[Column]) -> Self {
        let of_kind = |kinds: &'static [&str], private: bool| {
            fields.iter().find(move |field| {
                !field.optional && field.private == private && kinds.contains(&field.kind)
            })
        };
        let field = of_kind(&["string"], false)
            .or_else(|| of_kind(&["email", "url"], false))
            .or_else(|| of_kind(&["string", "email", "url"], true));
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
