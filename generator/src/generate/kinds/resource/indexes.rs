//! The indexes of a new table.

use serde::Serialize;

use crate::generate::field::{Field, FieldType};
use crate::generate::name::identifier;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Index {
    pub name: String,
    pub columns: Vec<String>,
    pub unique: bool,
}

/// The indexes of a resource.
///
/// There is one for the list, one for each column that sorts it, for each unique column, and for each reference, so that
/// the database finds the rows that refer to a deleted one.
///
/// The list of an owned resource shows the rows of one user, so its indexes begin with the owner. Unique indexes do, too:
/// otherwise an error would reveal the rows of other users.
pub fn of_resource(table: &str, owner: &str, public: bool, fields: &[Field]) -> Vec<Index> {
    let scope = if public { None } else { Some(owner) };
    let mut indexes = vec![index(table, scope, &["created_at", "id"])];
    if public {
        indexes.push(index(table, None, &[owner]));
    }
    for field in fields {
        let column = field.column();
        if field.unique {
            indexes.push(unique(index(table, scope, &[&column])));
        } else if field.index && !is_reference(field) {
            indexes.push(index(table, scope, &[&column, "id"]));
        }
        if is_reference(field) && !(field.unique && public) {
            indexes.push(index(table, None, &[&column]));
        }
    }
    indexes
}

/// The indexes of a model without pages.
pub fn of_model(table: &str, fields: &[Field]) -> Vec<Index> {
    let mut indexes = vec![index(table, None, &["created_at", "id"])];
    for field in fields {
        let of_column = index(table, None, &[&field.column()]);
        if field.unique {
            indexes.push(unique(of_column));
        } else if field.index || is_reference(field) {
            indexes.push(of_column);
        }
    }
    indexes
}

fn unique(index: Index) -> Index {
    Index {
        unique: true,
        ..index
    }
}

fn is_reference(field: &Field) -> bool {
    matches!(field.kind, FieldType::References(_))
}

fn index(table: &str, scope: Option<&str>, columns: &[&str]) -> Index {
    let columns: Vec<&str> = scope.into_iter().chain(columns.iter().copied()).collect();
    let parts: Vec<&str> = std::iter::once(table)
        .chain(columns.iter().copied())
        .collect();
    Index {
        name: identifier(&parts),
        columns: columns.into_iter().map(str::to_owned).collect(),
        unique: false,
    }
}
