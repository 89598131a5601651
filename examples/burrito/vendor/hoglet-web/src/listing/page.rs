//! [`ListPage`]: one page of a list, and its links.

use std::collections::BTreeMap;

use minijinja::{Value, context};

use super::links::{address, sort_by};
use super::order::Direction;

/// One page of a list.
#[derive(Clone, Debug)]
pub struct ListPage<M> {
    /// The rows.
    pub rows: Vec<M>,
    pub(super) path: String,
    pub(super) q: String,
    pub(super) is_first: bool,
    /// The cursor of the next page, if there is one.
    pub(super) next: Option<String>,
    pub(super) sort: Option<(String, Direction)>,
    pub(super) sortable: Vec<String>,
}

impl<M> ListPage<M> {
    /// The variable `list` of a template, with a value for each row. `listing.html` has the macros for it.
    ///
    /// `rows`, `path`, `q` and `sort` describe the page. `first` and `next` are links, if there are such pages. `sorts`
    /// has a link and the direction for each column. `is_part` is false if the page shows the beginning of all rows.
    pub fn map(self, row: impl FnMut(M) -> Value) -> Value {
        let sort = self.sort.as_ref();
        let sort = sort.map(|(column, direction)| sort_by(column, *direction));
        let sort = sort.unwrap_or_default();
        let sorts: BTreeMap<_, _> = self
            .sortable
            .iter()
            .map(|column| (column.clone(), self.sort_link(column)))
            .collect();
        let next = self.next.as_ref();
        let next = next.map(|cursor| self.link(&sort, cursor));
        let first = (!self.is_first).then(|| self.link(&sort, ""));
        context! {
            sorts,
            next,
            first,
            sort,
            is_part => !self.q.is_empty() || !self.is_first,
            path => self.path,
            q => self.q,
            rows => self.rows.into_iter().map(row).collect::<Vec<_>>(),
        }
    }

    /// The link of a column's heading: ascending, then descending, then the newest first again.
    fn sort_link(&self, column: &str) -> Value {
        let current = self.sort.as_ref();
        let current = current.filter(|(sorted, _)| sorted == column);
        let (sort, direction) = match current {
            None => (sort_by(column, Direction::Ascending), None),
            Some((_, Direction::Ascending)) => {
                (sort_by(column, Direction::Descending), Some("ascending"))
            }
            Some((_, Direction::Descending)) => (String::new(), Some("descending")),
        };
        context! { href => self.link(&sort, ""), direction }
    }

    /// The address of a page of this list. A search goes on.
    fn link(&self, sort: &str, after: &str) -> String {
        address(
            &self.path,
            [("q", &self.q), ("sort", sort), ("after", after)],
        )
    }
}
