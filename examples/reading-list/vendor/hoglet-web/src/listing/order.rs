//! The order of a list, and the condition for the rows after a cursor.

use sea_orm::sea_query::{Condition, Expr, ExprTrait, IntoCondition};
use sea_orm::{ColumnTrait, DatabaseBackend, EntityTrait, Order};

use super::cursor::Cursor;

/// The direction of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The smallest first.
    Ascending,
    /// The largest first.
    Descending,
}

impl From<Direction> for Order {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Ascending => Self::Asc,
            Direction::Descending => Self::Desc,
        }
    }
}

/// The columns that order a list: the sorted column, and the id for rows with the same value.
pub struct Keyset<E: EntityTrait> {
    pub column: E::Column,
    pub id: E::Column,
    pub direction: Direction,
}

impl<E: EntityTrait> Keyset<E> {
    /// The condition for the rows that follow the row of a cursor.
    ///
    /// Rows without a value come where the database puts them, so that an index serves the order: NULL is smaller
    /// than every value in SQLite, and larger in PostgreSQL.
    pub fn after(&self, cursor: &Cursor, backend: DatabaseBackend) -> Condition {
        let nulls_are_largest = backend == DatabaseBackend::Postgres;
        let nulls_are_last = nulls_are_largest == (self.direction == Direction::Ascending);
        let id = self.beyond(self.id.into_expr(), Expr::value(cursor.id.clone()));
        let Some(value) = &cursor.value else {
            let later_null = self.column.is_null().and(id);
            return match nulls_are_last {
                true => later_null.into_condition(),
                false => Condition::any()
                    .add(later_null)
                    .add(self.column.is_not_null()),
            };
        };
        // The database compares both columns at once, so one range of an index has the rows.
        let row = Expr::tuple([self.column.into_expr(), self.id.into_expr()]);
        let last = Expr::tuple([Expr::value(value.clone()), Expr::value(cursor.id.clone())]);
        let later = self.beyond(row, last);
        match nulls_are_last && self.column.def().is_null() {
            true => Condition::any().add(later).add(self.column.is_null()),
            false => later.into_condition(),
        }
    }

    fn beyond(&self, left: Expr, right: Expr) -> Expr {
        match self.direction {
            Direction::Ascending => left.gt(right),
            Direction::Descending => left.lt(right),
        }
    }
}
