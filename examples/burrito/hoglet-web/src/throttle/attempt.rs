//! Attempts that are counted. Every process on the database sees them.

use sea_orm::entity::prelude::*;

use crate::email::Email;

/// A row of `attempts`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    /// Random.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What was tried, such as `log_in`.
    pub action: String,
    /// At which account, whether there is one or not.
    pub email: Email,
    /// By whom: an IPv4 address, or the network of an IPv6 customer.
    pub address: String,
    /// When.
    pub attempted_at: TimeDateTimeWithTimeZone,
}

/// None that are declared: an attempt may be at an account that is not there.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
