//! [`Reservation`]: room for an attempt that may count later.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use super::attempt::{ActiveModel, Column, Entity};

/// Room that is taken until it is known whether the attempt counts.
///
/// If the reservation is dropped, because the request was cancelled, the attempt counts.
#[derive(Debug)]
#[must_use = "say whether the attempt counts"]
pub struct Reservation {
    pub(super) id: Uuid,
}

impl Reservation {
    /// Decides that the attempt counts.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn count(self, database: &impl ConnectionTrait) -> Result<(), DbErr> {
        let settled = ActiveModel {
            pending: Set(false),
            ..Default::default()
        };
        Entity::update_many()
            .set(settled)
            .filter(Column::Id.eq(self.id))
            .exec(database)
            .await?;
        Ok(())
    }

    /// Decides that the attempt does not count.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn release(self, database: &impl ConnectionTrait) -> Result<(), DbErr> {
        Entity::delete_by_id(self.id).exec(database).await?;
        Ok(())
    }
}
