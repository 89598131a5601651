//! Deletes an account: its rows in the transaction, and its person at PostHog in a job.

use sea_orm::{DatabaseTransaction, DbErr};

use crate::account_mail::notice::Notice;
use crate::jobs::{Enqueuer, forget_user};
use crate::person_deletion::DeletePerson;
use crate::session::users::Users;
use crate::settings::Settings;
use crate::tokens::end_all;
use crate::users::User;

/// Deletes accounts; `Visit::delete_account` and the command `user delete` use it.
pub struct AccountDeletion<'a> {
    /// The app's table of users.
    pub users: &'a Users,
    /// Tell whether the app sends mail.
    pub settings: &'a Settings,
    /// Enqueues the mail, and the job that deletes the person at PostHog.
    pub jobs: &'a Enqueuer,
}

impl AccountDeletion<'_> {
    /// Deletes an account. Returns `false` if another request has just deleted it.
    ///
    /// The database also deletes the rows that belong to the user: sessions, tokens and links to
    /// visitors. It deletes the rows of the app's tables too, if their foreign key to the user
    /// declares `on_delete`.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn delete(
        &self,
        transaction: &DatabaseTransaction,
        user: &dyn User,
    ) -> Result<bool, DbErr> {
        // First, because the links to visitors are deleted with the user.
        let person = DeletePerson::of_user(transaction, user.id()).await?;
        // Tokens come before the user, because opening a link locks them in this order. Otherwise two
        // transactions could wait for each other.
        end_all(transaction, user.id()).await?;
        if !self.users.delete(transaction, user.id()).await? {
            return Ok(false);
        }
        forget_user(transaction, user.id(), user.email()).await?;
        self.jobs.enqueue(transaction, person).await?;
        let notice = Notice::AccountDeleted;
        notice
            .enqueue(transaction, self.jobs, self.settings, user)
            .await?;
        Ok(true)
    }
}
