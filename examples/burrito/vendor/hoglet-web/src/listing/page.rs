//! [`ListPage`]: one page of a list, and its links.

use std::collections::BTreeMap;

use minijinja::{Value, context};

use super::links::{address, sort_by};
use super::order::Direction;
use super::request::ListRequest;

/// One page of a list.
#[derive(Clone, Debug)]
pub struct ListPage<M> {
    /// The rows.
    pub rows: Vec<M>,
    pub(super) is_searchable: bool,
    pub(super) is_first: bool,
    /// The cursor of the next page, if there is one.
    pub(super) next: Option<String>,
    pub(super) sort: Option<(String, Direction)>,
    pub(super) sortable: Vec<String>,
    pub(super) request: ListRequest,
}

impl<M> ListPage<M> {
    /// The variable `list` of a template, with a value for each row. `listing.html` has the macros for it.
    ///
    /// `rows`, `path`, `q` and `sort` are the page. `first` and `next` are links, if there are such pages. `sorts` has
    /// a link and the direction for each column. `is_part` is true if the whole list may have more rows.
    pub fn map(self, row: impl FnMut(M) -> Value) -> Value {
        let request = &self.request;
        let sort = self.sort.as_ref();
        let sort = sort.map(|(column, direction)| sort_by(column, *direction));
        let sort = sort.unwrap_or_default();
        let sorts: BTreeMap<_, _> = self
            .sortable
            .iter()
            .map(|column| (column.clone(), self.sort_link(column)))
            .collect();
        let next = self.next.as_ref();
        let next = next.map(|cursor| address(request, &sort, cursor));
        let first = (!self.is_first).then(|| address(request, &sort, ""));
        let q = if self.is_searchable { request.q() } else { "" };
        context! {
            path => request.path(),
            q,
            sorts,
            next,
            first,
            is_part => !q.is_empty() || !self.is_first,
            sort,
            rows => self.rows.into_iter().map(row).collect::<Vec<_>>(),
        }
    }

    /// The link of a column's heading: ascending, then descending, then the newest first again.
    fn sort_link(&self, column: &str) -> Value {
        let current = self.sort.as_ref();
        let current = current.filter(|(sorted, _)| sorted == column);
        let current = current.map(|(_, direction)| *direction);
        let sort = match current {
            None => sort_by(column, Direction::Ascending),
            Some(Direction::Ascending) => sort_by(column, Direction::Descending),
            Some(Direction::Descending) => String::new(),
        };
        let direction = current.map(|direction| match direction {
            Direction::Ascending => "ascending",
            Direction::Descending => "descending",
        });
        context! { href => address(&self.request, &sort, ""), direction }
    }
}
