//! A handler's `PostHog`, which captures nothing.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, StatusCode};
use futures_core::future::BoxFuture;
use hoglet_errors::Cause;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::browser::BrowserConfig;
use super::client::Client;
use super::context::RequestDetails;
use super::event::TrackedEvent;
use super::flag::Flags;
use super::identity::{DistinctId, Identity, OptOut};
use super::ledger::{Delivered, never_delivered};
use super::panel::{Entry, Panel};
use super::person::{Person, Visitor};

/// A handler's `PostHog`, which captures nothing. It has the request's identity.
#[derive(Clone)]
pub struct PostHog {
    identity: Arc<Identity>,
    request_id: Option<Arc<str>>,
}

impl PostHog {
    pub fn of(extensions: &Extensions) -> Self {
        extensions
            .get::<Self>()
            .cloned()
            .expect("the identity layer wraps every page")
    }

    pub fn of_request(
        client: &Client,
        identity: Identity,
        person: Option<Arc<dyn Person>>,
        request: &RequestDetails<'_>,
        properties: Map<String, Value>,
    ) -> Self {
        Self::outside_request(client, identity, person, request.id, properties)
    }

    pub fn outside_request(
        _: &Client,
        identity: Identity,
        _: Option<Arc<dyn Person>>,
        request_id: Option<&str>,
        _: Map<String, Value>,
    ) -> Self {
        Self {
            identity: Arc::new(identity),
            request_id: request_id.map(Arc::from),
        }
    }

    pub async fn in_context<T>(&self, work: impl Future<Output = T>) -> T {
        work.await
    }

    pub fn as_user(&self, distinct_id: &str, _: Arc<dyn Person>) -> Self {
        Self {
            identity: Arc::new(Identity {
                distinct_id: DistinctId::User(distinct_id.to_owned()),
                ..Identity::clone(&self.identity)
            }),
            request_id: self.request_id.clone(),
        }
    }

    pub fn capture<E: TrackedEvent>(&self, _: E) -> Option<Uuid> {
        None
    }

    pub fn capture_view<E: TrackedEvent>(&self, _: E) -> Option<Uuid> {
        None
    }

    pub fn identify(&self, _: &dyn Person, _: &Visitor) -> Delivered {
        never_delivered()
    }

    pub fn set_person(&self, _: &dyn Person) -> Option<Uuid> {
        None
    }

    pub fn alias(&self, _: &str) -> Option<Uuid> {
        None
    }

    pub async fn flush(&self, _: Duration) -> bool {
        true
    }

    pub fn with_group(&self, _: &'static str, _: &str, _: impl Serialize) -> &Self {
        self
    }

    pub fn group_identify(&self, _: &'static str, _: &str, _: impl Serialize) {}

    pub fn capture_error<E: Error>(&self, _: &E) -> Option<Uuid> {
        None
    }

    pub fn capture_error_with<E: Error>(&self, _: &E, _: impl Serialize) -> Option<Uuid> {
        None
    }

    pub fn capture_failed_request(&self, _: Arc<Cause>, _: StatusCode) -> Option<Uuid> {
        None
    }

    pub fn capture_failed_task(&self, _: Arc<Cause>, _: &'static str) -> Option<Uuid> {
        None
    }

    pub fn flags(&self) -> BoxFuture<'_, Arc<Flags>> {
        Box::pin(async { Arc::default() })
    }

    pub fn browser_config(&self) -> Option<BrowserConfig> {
        None
    }

    pub fn visitor_id(&self) -> Uuid {
        self.identity.visitor_id
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    pub fn opted_out(&self) -> bool {
        self.identity.opted_out()
    }

    pub fn opt_out_forced(&self) -> bool {
        self.identity.opt_out == OptOut::Forced
    }

    pub fn captured(&self) -> Vec<Entry> {
        Vec::new()
    }

    pub fn panel(&self) -> Panel {
        Panel
    }
}

impl<S: Sync> FromRequestParts<S> for PostHog {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.extensions))
    }
}
