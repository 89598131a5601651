//! The links of a list: to its pages, and to its other orders.

use super::order::Direction;
use super::request::ListRequest;

/// The address of a list, with the parts of the query that are not empty.
pub fn address(request: &ListRequest, sort: &str, after: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("q", request.q()), ("sort", sort), ("after", after)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    match query.is_empty() {
        true => request.path().to_owned(),
        false => format!("{}?{query}", request.path()),
    }
}

/// The value of `sort` for a column and a direction.
pub fn sort_by(column: &str, direction: Direction) -> String {
    match direction {
        Direction::Ascending => column.to_owned(),
        Direction::Descending => format!("-{column}"),
    }
}
