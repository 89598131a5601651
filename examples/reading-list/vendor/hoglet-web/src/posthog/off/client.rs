//! A client without a connection.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use hoglet_errors::Cause;
use serde::Serialize;
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use super::deletion::{Deleted, NotDeleted};
use super::event::BeforeSend;
use super::flag::Declared;
use super::ledger::{Counts, Delivered, never_delivered};
use super::person::{Person, Visitor};
use super::settings::Settings;

/// A request whose person is not known.
#[derive(Clone, Copy, Debug)]
pub struct FailedRequest<'a> {
    pub id: &'a str,
    pub method: &'a str,
    pub path: &'a str,
}

/// A client without a connection.
#[derive(Clone, Debug)]
pub struct Client;

impl Client {
    pub async fn start(
        settings: &Settings,
        _: &'static [Declared],
        _: BeforeSend,
    ) -> Result<Self, Infallible> {
        if settings.token_is_ignored {
            tracing::warn!(
                "POSTHOG_PROJECT_TOKEN is ignored: the app is built without the Cargo feature posthog"
            );
        }
        Ok(Self)
    }

    pub fn capture_panics(&self) {
        hoglet_errors::panics::install_hook();
    }

    pub fn enabled(&self) -> bool {
        false
    }

    pub fn counts(&self) -> Counts {
        Counts::default()
    }

    pub async fn flush(&self, _: Duration) -> bool {
        true
    }

    pub async fn shut_down(&self, _: Instant) {}

    pub fn identify(&self, _: &str, _: &dyn Person, _: &Visitor, _: OffsetDateTime) -> Delivered {
        never_delivered()
    }

    pub fn alias(&self, _: &str, _: &str) -> Option<Uuid> {
        None
    }

    pub fn capture_error<E: Error>(&self, _: &E) -> Option<Uuid> {
        None
    }

    pub fn capture_error_with<E: Error>(&self, _: &E, _: impl Serialize) -> Option<Uuid> {
        None
    }

    pub fn capture_failed_request(
        &self,
        _: Arc<Cause>,
        _: StatusCode,
        _: &FailedRequest<'_>,
    ) -> Option<Uuid> {
        None
    }

    pub async fn delete_person(&self, _: &[String]) -> Result<Deleted, NotDeleted> {
        let reason = "the app is built without the Cargo feature posthog";
        Err(NotDeleted::Off(reason.to_owned()))
    }
}
