//! The links of a list: to its pages, and to its other orders.

use super::order::Direction;

/// The address of a list, with the parts of the query that are not empty.
pub fn address(path: &str, query: [(&str, &str); 3]) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()));
    let pairs = pairs.finish();
    match pairs.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{pairs}"),
    }
}

/// The value of `sort` for a column and a direction.
pub fn sort_by(column: &str, direction: Direction) -> String {
    match direction {
        Direction::Ascending => column.to_owned(),
        Direction::Descending => format!("-{column}"),
    }
}
