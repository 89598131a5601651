//! [`Field`]: a column with its type and its modifiers, read from `NAME:TYPE[?][:unique][:index][:search][:private]`.

use crate::generate::name::Name;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: Name,
    pub kind: FieldType,
    pub optional: bool,
    pub unique: bool,
    pub index: bool,
    pub search: bool,
    pub private: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    String,
    Text,
    Integer,
    Bigint,
    Float,
    Decimal {
        precision: u32,
        scale: u32,
    },
    Boolean,
    Date,
    Datetime,
    Uuid,
    Json,
    Email,
    Url,
    Enum(Vec<Name>),
    /// The singular name of the resource that it refers to, such as `user`. The column is `NAME_id`.
    References(Name),
}

impl Field {
    /// Reads one field. The error names the field and the reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        todo!("{text}")
    }

    /// The column: `title`, or `author_id` for a reference.
    pub fn column(&self) -> String {
        match self.kind {
            FieldType::References(_) => format!("{}_id", self.name.snake()),
            _ => self.name.snake(),
        }
    }
}
