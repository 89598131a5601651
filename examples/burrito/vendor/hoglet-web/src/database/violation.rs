//! The constraint that a row breaks: a value that must be unique, or a row that must exist.

use sea_orm::{DbErr, SqlErr};

/// A broken constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Another row has the same values.
    Unique {
        /// The last column of the unique index. An index for each owner begins with the owner.
        column: Option<String>,
    },
    /// A row refers to a row that does not exist, or would do so after a deletion.
    ForeignKey,
}

/// The constraint that caused an error, if one did.
pub fn violation(error: &DbErr) -> Option<Violation> {
    match error.sql_err()? {
        SqlErr::UniqueConstraintViolation(message) => Some(Violation::Unique {
            column: columns_of_postgres(error)
                .as_deref()
                .or_else(|| columns_of_sqlite(&message))
                .and_then(last_column),
        }),
        SqlErr::ForeignKeyConstraintViolation(_) => Some(Violation::ForeignKey),
        _ => None,
    }
}

/// `posts.user_id, posts.slug` of `UNIQUE constraint failed: posts.user_id, posts.slug`.
fn columns_of_sqlite(message: &str) -> Option<&str> {
    let (_, columns) = message.split_once("UNIQUE constraint failed: ")?;
    (!columns.starts_with("index ")).then_some(columns)
}

/// `user_id, slug` of the detail `Key (user_id, slug)=(1, a) already exists.`
///
/// The words depend on the language of the server, but the parentheses do not.
fn columns_of_postgres(error: &DbErr) -> Option<String> {
    let detail = postgres_detail(error)?;
    let (_, from_columns) = detail.split_once('(')?;
    let (columns, _) = from_columns.split_once(")=(")?;
    Some(columns.to_owned())
}

#[cfg(feature = "postgres")]
fn postgres_detail(error: &DbErr) -> Option<&str> {
    use sea_orm::RuntimeErr;
    use sea_orm::sqlx::Error;
    use sea_orm::sqlx::postgres::PgDatabaseError;

    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) =
        error
    else {
        return None;
    };
    match &**error {
        Error::Database(error) => error.try_downcast_ref::<PgDatabaseError>()?.detail(),
        _ => None,
    }
}

#[cfg(not(feature = "postgres"))]
fn postgres_detail(_: &DbErr) -> Option<&str> {
    None
}

fn last_column(columns: &str) -> Option<String> {
    let last = columns.rsplit(", ").next()?;
    let column = last.rsplit('.').next()?;
    // PostgreSQL names the expression of an index such as `lower(slug)`, which is no field.
    let is_expression = column.contains(['(', ')']);
    (!is_expression).then(|| column.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::{columns_of_sqlite, last_column};

    #[test]
    fn the_last_column_of_an_index_is_found() {
        let message = "UNIQUE constraint failed: posts.user_id, posts.slug";
        let columns = columns_of_sqlite(message).unwrap();
        assert_eq!(last_column(columns).unwrap(), "slug");
        assert_eq!(last_column("user_id, \"Slug\"").unwrap(), "Slug");
        assert_eq!(last_column("slug").unwrap(), "slug");
        assert_eq!(last_column("user_id, lower(slug)"), None);
        let expression = "UNIQUE constraint failed: index 'lower_slug'";
        assert_eq!(columns_of_sqlite(expression), None);
    }
}
