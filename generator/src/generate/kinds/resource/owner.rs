//! The owner of a resource's rows: a user, in a column that cannot be empty.

use crate::generate::field::{Field, FieldType};
use crate::generate::name::Name;

/// The column of the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// `user`, or the name of the field that names the owner, such as `author`.
    pub name: Name,
    /// `user_id` or `author_id`.
    pub column: String,
}

/// Separates the owner from the fields that users fill in.
///
/// The first required reference to users names the owner. Without one, the column is `user_id`.
pub fn split(fields: &[Field]) -> Result<(Owner, Vec<Field>), String> {
    let mut others = fields.to_vec();
    let named = others.iter().position(names_owner);
    let name = match named.map(|index| others.remove(index)) {
        Some(field) if field.unique => {
            return Err(format!(
                "`{}` is the owner, who can have any number of rows; leave `:unique` out",
                field.name.snake()
            ));
        }
        Some(field) => field.name,
        None => Name::parse("user")?,
    };
    let column = format!("{}_id", name.snake());
    Ok((Owner { name, column }, others))
}

fn names_owner(field: &Field) -> bool {
    !field.optional && is_user(&field.kind)
}

/// Whether a field refers to the accounts of the app.
pub fn is_user(kind: &FieldType) -> bool {
    matches!(kind, FieldType::References(target) if target.snake() == "user")
}
