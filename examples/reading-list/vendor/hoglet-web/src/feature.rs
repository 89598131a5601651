//! [`Feature`]: a part of an app in a folder of its own, added and removed as a whole.

use std::collections::BTreeMap;

pub use futures_core::future::BoxFuture;
use sea_orm::DatabaseTransaction;
use sea_orm_migration::MigrationTrait;

use crate::error::Result;
use crate::posthog::Declared;
use crate::routes::Routes;
use crate::settings::{Reader, Settings};
use crate::visit::Visit;

/// A part of an app that adds to its routes, its log-in and its pages.
///
/// `S` is the app's state, `U` its user. All methods except `routes` have a default that adds nothing.
pub trait Feature<S, U>: Send + Sync {
    /// The feature's pages and its API.
    fn routes(&self) -> Routes<S>;

    /// The feature's tables.
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        Vec::new()
    }

    /// The feature's flags and experiments.
    fn flags(&self) -> &'static [Declared] {
        &[]
    }

    /// The feature's variables that are `true` or `false`.
    fn switches(&self) -> &'static [Switch] {
        &[]
    }

    /// Called inside the transaction of each sign-up and log-in, before the session begins.
    ///
    /// Here a feature can move the visitor's data to the user.
    fn after_log_in<'a>(
        &'a self,
        _transaction: &'a DatabaseTransaction,
        _visit: &'a Visit,
        _user: &'a U,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    /// The template of the feature's links in the navigation of each page.
    fn navigation(&self) -> Option<&'static str> {
        None
    }

    /// The template of the feature's section on the home page.
    fn home_section(&self) -> Option<&'static str> {
        None
    }

    /// The template of the feature's section on the profile page.
    fn profile_section(&self, _state: &S) -> Option<&'static str> {
        None
    }
}

/// A variable of the environment that is `true` or `false`.
#[derive(Clone, Copy, Debug)]
pub struct Switch {
    /// Its name.
    pub variable: &'static str,
    /// Its value if the variable is not set.
    pub default: fn(&Settings) -> bool,
}

/// The values of switches.
#[derive(Clone, Debug)]
pub struct Switches(BTreeMap<&'static str, bool>);

impl Switches {
    /// Reads the switches from the environment.
    pub fn read(reader: &mut Reader, settings: &Settings, switches: &[Switch]) -> Self {
        let read = |switch: &Switch| {
            let default = (switch.default)(settings);
            (switch.variable, reader.boolean(switch.variable, default))
        };
        Self(switches.iter().map(read).collect())
    }

    /// Whether a switch is on. A switch that no feature declares is off.
    pub fn is_on(&self, switch: &Switch) -> bool {
        self.0.get(switch.variable).copied().unwrap_or_default()
    }
}

/// An app's features.
#[derive(Clone, Copy)]
pub struct Features<S: 'static, U: 'static>(pub &'static [&'static dyn Feature<S, U>]);

impl<S, U> Features<S, U> {
    /// The routes of all features.
    pub fn routes(&self) -> Routes<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let all = self.0.iter();
        all.fold(Routes::default(), |routes, feature| {
            routes.merge(feature.routes())
        })
    }

    /// The migrations of all features.
    pub fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let all = self.0.iter();
        all.flat_map(|feature| feature.migrations()).collect()
    }

    /// The app's own flags and those of all features.
    pub fn flags(&self, own: &[Declared]) -> Vec<Declared> {
        let all = self.0.iter().flat_map(|feature| feature.flags());
        own.iter().chain(all).copied().collect()
    }

    /// The switches of all features.
    pub fn switches(&self) -> Vec<Switch> {
        let all = self.0.iter();
        all.flat_map(|feature| feature.switches())
            .copied()
            .collect()
    }

    /// Calls [`Feature::after_log_in`] of all features.
    ///
    /// # Errors
    ///
    /// The first error of a feature.
    pub async fn after_log_in(
        &self,
        transaction: &DatabaseTransaction,
        visit: &Visit,
        user: &U,
    ) -> Result<()> {
        for feature in self.0 {
            feature.after_log_in(transaction, visit, user).await?;
        }
        Ok(())
    }

    /// The templates of [`Feature::navigation`].
    pub fn navigation(&self) -> Vec<&'static str> {
        let all = self.0.iter();
        all.filter_map(|feature| feature.navigation()).collect()
    }

    /// The templates of [`Feature::home_section`].
    pub fn home_sections(&self) -> Vec<&'static str> {
        let all = self.0.iter();
        all.filter_map(|feature| feature.home_section()).collect()
    }

    /// The templates of [`Feature::profile_section`].
    pub fn profile_sections(&self, state: &S) -> Vec<&'static str> {
        let all = self.0.iter();
        all.filter_map(|feature| feature.profile_section(state))
            .collect()
    }
}
