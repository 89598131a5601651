//! [`ListRequest`]: the part of a list that a request wants.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::order::Direction;
use crate::text::composed;

/// The longest search, in characters.
const MAX_SEARCH: usize = 100;

/// The query of a list: `?q=tea&sort=-price&after=…`. An argument of a handler.
///
/// What is malformed counts as absent: the address of a list always shows a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListRequest {
    path: String,
    q: String,
    sort: String,
    after: String,
}

impl ListRequest {
    /// The request of an address.
    pub fn new(path: &str, query: &str) -> Self {
        let value_of = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            let value = pairs.find_map(|(key, value)| (key == name).then_some(value));
            value.unwrap_or_default().into_owned()
        };
        let q = composed(&value_of("q")).into_owned();
        let q: String = q.chars().filter(|letter| !letter.is_control()).collect();
        Self {
            path: path.to_owned(),
            q: q.trim().chars().take(MAX_SEARCH).collect(),
            sort: value_of("sort"),
            after: value_of("after"),
        }
    }

    /// The path of the list.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text to search for. It may be empty.
    pub fn q(&self) -> &str {
        &self.q
    }

    /// The column to sort by, and the direction.
    pub fn sort(&self) -> Option<(&str, Direction)> {
        match self.sort.strip_prefix('-') {
            Some(column) => Some((column, Direction::Descending)),
            None if self.sort.is_empty() => None,
            None => Some((&self.sort, Direction::Ascending)),
        }
    }

    /// The cursor of the page.
    pub fn after(&self) -> Option<&str> {
        Some(&*self.after).filter(|after| !after.is_empty())
    }
}

impl<S: Sync> FromRequestParts<S> for ListRequest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::new(
            parts.uri.path(),
            parts.uri.query().unwrap_or_default(),
        ))
    }
}
