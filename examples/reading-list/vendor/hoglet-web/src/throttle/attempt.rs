//! The table of attempts.

use sea_orm::entity::prelude::*;

/// An attempt.
///
/// Account and network are [keyed hashes](super::keyed_hash), so the table contains no personal
/// data.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    /// A random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The action of the throttle, such as `log_in`.
    pub action: String,
    /// The hash of the account's e-mail address, whether the account exists or not.
    pub account: String,
    /// The hash of an IPv4 address, or of the network of an IPv6 customer.
    pub network: String,
    /// Whether the account is known at this network.
    pub known: bool,
    /// Whether this is a reservation: it is not known yet whether the attempt counts.
    pub pending: bool,
    /// The time of the attempt, in milliseconds since 1970.
    pub attempted_at: i64,
}

/// No relations: the account may not exist.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
