//! [`Field`]: a column with its type and its modifiers, read from `NAME:TYPE[?][:unique][:index][:search][:private]`.

mod field_type;
mod modifiers;

use std::collections::BTreeSet;

pub use field_type::FieldType;

use crate::generate::name::Name;
use crate::generate::reserved;

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

impl Field {
    /// Reads one field. The error names the field and the reason.
    ///
    /// [`Field::columns`] checks whether a table can have the column.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text).map_err(|reason| format!("the field `{}`: {reason}", text.escape_debug()))
    }

    /// Reads the columns of a table.
    ///
    /// They must differ from each other and from the columns that every table has.
    pub fn columns(texts: &[String]) -> Result<Vec<Self>, String> {
        let fields = Self::different(texts)?;
        for (field, text) in fields.iter().zip(texts) {
            let refuse = |reason| format!("the field `{text}`: {reason}");
            let refers_to_owner =
                matches!(&field.kind, FieldType::References(to) if to.snake() == "user");
            if !refers_to_owner || field.name.snake() != "user" {
                reserved::column(&field.name.snake())
                    .and_then(|()| reserved::column(&field.column()))
                    .map_err(refuse)?;
            }
        }
        Ok(fields)
    }

    /// Reads the values of an event or a job.
    ///
    /// Their names must differ, and modifiers of columns are refused.
    pub fn properties(texts: &[String]) -> Result<Vec<Self>, String> {
        let fields = Self::different(texts)?;
        for (field, text) in fields.iter().zip(texts) {
            let refuse = |reason: &str| Err(format!("the field `{text}`: {reason}"));
            if let Some(modifier) = field.modifiers().first() {
                return refuse(&format!("only a column of a table can be `:{modifier}`"));
            }
            if let FieldType::References(_) = field.kind {
                let column = field.column();
                return refuse(&format!(
                    "only a column of a table can be a reference; write `{column}:uuid`"
                ));
            }
        }
        Ok(fields)
    }

    /// A struct with these fields, such as `OrderPlaced { item_count }`.
    pub fn literal(type_name: &str, fields: &[Self]) -> String {
        let names: Vec<String> = fields.iter().map(|field| field.name.snake()).collect();
        match names.is_empty() {
            true => format!("{type_name} {{}}"),
            false => format!("{type_name} {{ {} }}", names.join(", ")),
        }
    }

    /// The column: `title`, or `author_id` for a reference.
    pub fn column(&self) -> String {
        match self.kind {
            FieldType::References(_) => format!("{}_id", self.name.snake()),
            _ => self.name.snake(),
        }
    }

    fn read(text: &str) -> Result<Self, String> {
        if let Some(control) = text.chars().find(|c| c.is_control()) {
            return Err(format!("it contains `{}`", control.escape_debug()));
        }
        let mut parts = text.split(':').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let name =
            Name::parse(name).map_err(|reason| format!("its name is not allowed: {reason}"))?;
        reserved::struct_field(&name)?;
        let kind = parts.next().filter(|kind| !kind.is_empty());
        let kind = kind.ok_or_else(|| format!("it has no type; write it as in `{name}:string`"))?;
        let (kind, optional) = match kind.strip_suffix('?') {
            Some(kind) => (kind.trim_end(), true),
            None => (kind, false),
        };
        let kind = field_type::parse(&name, kind)?;
        let mut field = Self {
            name,
            kind,
            optional,
            unique: false,
            index: false,
            search: false,
            private: false,
        };
        for modifier in parts {
            field.modify(modifier)?;
        }
        field.makes_sense()?;
        Ok(field)
    }

    /// Reads fields. No two may have the same name, column or spelling in CamelCase.
    fn different(texts: &[String]) -> Result<Vec<Self>, String> {
        let mut seen = BTreeSet::new();
        let mut fields = Vec::new();
        for text in texts {
            let field = Self::parse(text)?;
            let column = Name::parse(&field.column()).unwrap_or_else(|_| field.name.clone());
            // `line_2` and `line2` are both `Line2` in SeaORM's list of columns.
            let spellings = BTreeSet::from([field.name.camel(), column.camel()]);
            if let Some(twice) = spellings.iter().find(|spelling| seen.contains(*spelling)) {
                return Err(format!(
                    "the field `{text}`: there are two fields of this name (`{twice}` in CamelCase)"
                ));
            }
            seen.extend(spellings);
            fields.push(field);
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests;
