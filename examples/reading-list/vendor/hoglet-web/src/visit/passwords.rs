//! Checking and hashing passwords, and counting attempts against a throttle.

use futures_core::future::BoxFuture;
use sea_orm::DatabaseTransaction;

use super::Visit;
use crate::email::Email;
use crate::error::Result;
use crate::jobs::Job;
use crate::passwords::PasswordHash;
use crate::throttle::accounts::ANY_MAIL;
use crate::throttle::{Attempt, Reservation, Throttle};
use crate::users::User;

impl Visit {
    /// Whether this is the account's password. Without an account it is `false`, after the same time.
    ///
    /// Failures count, and too many failures are an error. If the user of this session confirms their
    /// password, [`Visit::logged_in_within`] counts from now.
    ///
    /// # Errors
    ///
    /// 429 after too many failures, and 503 while too many passwords wait to be checked, both with
    /// `Retry-After`; 500 if the database fails.
    pub fn check_password<'a>(
        &'a self,
        throttle: &'a Throttle,
        email: &'a Email,
        user: Option<&'a dyn User>,
        password: String,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let network = self.request.network();
            let attempt = self.attempt(email, &network, user).await?;
            let attempts = &self.web.attempts;
            attempts.check(throttle, attempt).await?;
            // The permit comes before the reservation, so that only few passwords have a reservation at
            // the same time.
            let permit = self.web.passwords.log_in.permit(&network).await?;
            let reservation = attempts.reserve(throttle, attempt).await?;
            let matches = permit
                .verify(password, user.map(User::password_hash))
                .await?;
            let database = &self.web.database;
            if !matches {
                reservation.count(database).await?;
                return Ok(false);
            }
            reservation.release(database).await?;
            if let Some(user) = user
                && self.session.belongs_to(user.id()).await?
            {
                self.session.confirm().await?;
            }
            Ok(matches)
        })
    }

    /// Forgets the failures of this network at an account.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn forget_failures<'a>(
        &'a self,
        transaction: &'a DatabaseTransaction,
        throttle: &'a Throttle,
        email: &'a Email,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let network = self.request.network();
            let attempts = &self.web.attempts;
            Ok(attempts
                .forget(transaction, throttle, email, &network)
                .await?)
        })
    }

    /// Counts an action that anyone may request for an address, such as a mail to it.
    ///
    /// Too many are an error, whether or not the address has an account. `owner` is the user of the
    /// address, if the address is known to be theirs. Strangers cannot use up the owner's room at a
    /// network where the account is known.
    ///
    /// # Errors
    ///
    /// 429 with `Retry-After`; 500 if the database fails.
    pub fn count<'a>(
        &'a self,
        throttle: &'a Throttle,
        email: &'a Email,
        owner: Option<&'a dyn User>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let network = self.request.network();
            let attempt = self.attempt(email, &network, owner).await?;
            self.web.attempts.count(throttle, attempt).await
        })
    }

    /// Counts a mail to an address that anyone may type: for its kind, and for all kinds.
    ///
    /// The account of the address has room of its own at a network where it is known. Only a confirmed
    /// account is not limited by network there.
    ///
    /// # Errors
    ///
    /// The errors of [`Visit::count`].
    pub fn count_mail<'a>(
        &'a self,
        throttle: &'a Throttle,
        email: &'a Email,
        account: Option<&'a dyn User>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.count(throttle, email, account).await?;
            let owner = account.filter(|user| user.email_confirmed_at().is_some());
            self.count(&ANY_MAIL, email, owner).await
        })
    }

    /// Mails a link to an address that anyone may type, such as a link to log in.
    ///
    /// The request does the same work with and without an account, so its duration reveals nothing. The job
    /// looks for the account.
    ///
    /// # Errors
    ///
    /// The errors of [`Visit::count`].
    pub fn mail_link<'a, J: Job>(
        &'a self,
        throttle: &'a Throttle,
        email: &'a str,
        mail: fn(Email) -> J,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let email = Email::normalized(email);
            let database = &self.web.database;
            let users = &self.web.parts.users;
            let account = users.find_by_email(database, &email).await?;
            let counting = self.count_mail(throttle, &email, account.as_deref());
            counting.await?;
            self.jobs.enqueue(database, mail(email)).await?;
            Ok(())
        })
    }

    /// Counts an action in the transaction that performs it, begun with [`database::begin`].
    ///
    /// Returns whether there was room. The transaction can go on in both cases.
    ///
    /// [`database::begin`]: crate::database::begin
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn count_in<'a>(
        &'a self,
        transaction: &'a DatabaseTransaction,
        throttle: &'a Throttle,
        email: &'a Email,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let network = self.request.network();
            let attempt = attempt_of_stranger(email, &network);
            Ok(self
                .web
                .attempts
                .count_in(transaction, throttle, attempt)
                .await?)
        })
    }

    /// Hashes the password of a new account.
    ///
    /// Each sign-up counts before its password is hashed, because hashing is the costly part of a flood
    /// of sign-ups. Room for the answer "this address has an account" is reserved in `taken`. It counts
    /// if that is the answer.
    ///
    /// # Errors
    ///
    /// The errors of [`Visit::check_password`].
    pub fn hash_first_password<'a>(
        &'a self,
        sign_up: &'a Throttle,
        taken: &'a Throttle,
        email: &'a Email,
        password: String,
    ) -> BoxFuture<'a, Result<(PasswordHash, Reservation)>> {
        Box::pin(async move {
            let network = self.request.network();
            let attempt = attempt_of_stranger(email, &network);
            let attempts = &self.web.attempts;
            attempts.check(taken, attempt).await?;
            attempts.count(sign_up, attempt).await?;
            let permit = self.web.passwords.sign_up.permit(&network).await?;
            let reservation = attempts.reserve(taken, attempt).await?;
            Ok((permit.hash(password).await?, reservation))
        })
    }

    /// Hashes a new password for an existing account.
    ///
    /// # Errors
    ///
    /// 503 while too many passwords wait to be hashed.
    pub fn hash_password(&self, password: String) -> BoxFuture<'_, Result<PasswordHash>> {
        Box::pin(async move {
            let network = self.request.network();
            self.web.passwords.log_in.hash(&network, password).await
        })
    }

    /// An attempt of this request, for a throttle. The work is the same with and without an account.
    async fn attempt<'a>(
        &self,
        email: &'a Email,
        network: &'a str,
        owner: Option<&dyn User>,
    ) -> Result<Attempt<'a>> {
        let id = owner.map(User::id).unwrap_or_default();
        let known = self.web.attempts.is_known(id, network).await?;
        Ok(Attempt {
            email,
            network,
            known: known || self.session.belongs_to(id).await?,
        })
    }
}

/// An attempt from a network where no account is known.
fn attempt_of_stranger<'a>(email: &'a Email, network: &'a str) -> Attempt<'a> {
    Attempt {
        email,
        network,
        known: false,
    }
}
