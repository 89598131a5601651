//! Attempts that are counted. Every process on the database sees them.

use sea_orm::entity::prelude::*;

/// A row of `attempts`. It names nobody: account and network are [keyed hashes](super::keyed_hash).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    /// Random.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What was tried, such as `log_in`.
    pub action: String,
    /// The hash of the e-mail address of an account, whether there is one or not.
    pub account: String,
    /// The hash of whom it came from: an IPv4 address, or the network of an IPv6 customer.
    pub network: String,
    /// Whether the account is known at this network.
    pub known: bool,
    /// Whether it is not decided yet that the attempt counts.
    pub pending: bool,
    /// When, in milliseconds since 1970.
    pub attempted_at: i64,
}

/// None that are declared: an attempt may be at an account that is not there.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
