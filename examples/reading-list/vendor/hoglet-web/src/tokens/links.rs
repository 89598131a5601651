//! Links in mails about accounts: their purposes, and their users.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait};
use time::Duration;

use super::model::Model;
use super::purpose::Purpose;
use crate::session::users::find_one;
use crate::users::User;

/// The links that an app mails to its users. The app decides their lifetimes.
///
/// The path of a link is the name of its purpose, with `-` instead of `_`, and then the token. The
/// link that changes an address has the same path as the link that confirms one.
#[derive(Clone, Copy, Debug)]
pub struct Links {
    /// `reset_password`: sets a new password.
    pub reset_password: Purpose,
    /// `confirm_email`: confirms the address of an account.
    pub confirm_email: Purpose,
    /// `change_email`: confirms a new address for an account; only the newest link is valid.
    pub change_email: Purpose,
    /// `login_link`: logs in without a password.
    pub login_link: Purpose,
}

impl Links {
    /// Lifetimes that suit most apps.
    pub const USUAL: Self = Self {
        reset_password: Purpose::new("reset_password", Duration::hours(1)),
        confirm_email: Purpose::new("confirm_email", Duration::days(3)),
        change_email: Purpose::new("change_email", Duration::days(1)).only_newest(),
        login_link: Purpose::new("login_link", Duration::minutes(15)),
    };
}

impl Purpose {
    /// The user of a link, if it is valid and was sent to the user's current address.
    ///
    /// A mail in the mailbox of an old address must not work. This method changes nothing.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn user<E: EntityTrait<Model: User>>(
        &self,
        database: &impl ConnectionTrait,
        token: &str,
    ) -> Result<Option<E::Model>, DbErr> {
        let found = self.find(database, token).await?;
        user_of::<E>(database, found).await
    }

    /// Spends a link and returns its user, as [`Purpose::user`] does.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn spend_for_user<E: EntityTrait<Model: User>>(
        &self,
        transaction: &DatabaseTransaction,
        token: &str,
    ) -> Result<Option<E::Model>, DbErr> {
        let spent = self.spend(transaction, token).await?;
        user_of::<E>(transaction, spent).await
    }
}

async fn user_of<E: EntityTrait<Model: User>>(
    database: &impl ConnectionTrait,
    token: Option<Model>,
) -> Result<Option<E::Model>, DbErr> {
    let Some(token) = token else {
        return Ok(None);
    };
    let user = find_one::<E>(database, token.user_id).await?;
    Ok(user.filter(|user| token.was_sent_to(user.email())))
}
