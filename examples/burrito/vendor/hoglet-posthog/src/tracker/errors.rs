//! Captures the errors of a request or a background task.

use std::error::Error;
use std::sync::Arc;

use axum::http::StatusCode;
use hoglet_errors::Cause;
use serde::Serialize;
use uuid::Uuid;

use super::{GROUPS, PostHog};
use crate::boundary::Boundary;
use crate::exception::Exception;
use crate::property::property;

impl PostHog {
    /// Captures an error that the app has handled, with the stack of the caller.
    ///
    /// Returns the event's id, see [`PostHog::capture`].
    #[track_caller]
    pub fn capture_error<E: Error>(&self, error: &E) -> Option<Uuid> {
        self.capture_error_with(error, ())
    }

    /// Like [`PostHog::capture_error`], with properties: a struct with named fields, or a map.
    ///
    /// An example is `posthog.capture_error_with(&error, json!({ "order": 7 }))`. Properties that describe
    /// the error itself (`$exception_…`) are ignored, except `$exception_fingerprint`.
    #[track_caller]
    pub fn capture_error_with<E: Error>(
        &self,
        error: &E,
        properties: impl Serialize,
    ) -> Option<Uuid> {
        self.capture_exception(Exception::by_hand(error, properties))
    }

    /// Captures the error that this request has failed with.
    ///
    /// Does nothing if automatic capture is off (`POSTHOG_CAPTURE_EXCEPTIONS`). `status` is the status of the
    /// answer.
    pub fn capture_failed_request(&self, cause: Arc<Cause>, status: StatusCode) -> Option<Uuid> {
        let exception = Exception::of_failed_request(cause, status);
        self.capture_automatically(exception)
    }

    /// Captures the error that a background task, such as a job, has failed with.
    ///
    /// Does nothing if automatic capture is off. `source` is `$exception_source`: `<technology>.<hook>` in
    /// lower case.
    pub fn capture_failed_task(&self, cause: Arc<Cause>, source: &'static str) -> Option<Uuid> {
        let boundary = Boundary::BackgroundTask { source };
        self.capture_automatically(Exception::new(cause, boundary))
    }

    fn capture_automatically(&self, exception: Exception) -> Option<Uuid> {
        let on = self.0.client.settings().capture_exceptions;
        on.then(|| self.capture_exception(exception)).flatten()
    }

    /// Captures an error of the request's person. It has no person after an opt-out.
    fn capture_exception(&self, exception: Exception) -> Option<Uuid> {
        let context = if self.0.identity.opted_out() {
            self.0.without_person.clone()
        } else {
            let mut context = self.0.context.clone();
            if let Some(groups) = self.0.shared.groups().property() {
                context = property(context, GROUPS, groups);
            }
            for (name, value) in self.0.shared.flag_properties() {
                context = property(context, &name, value);
            }
            Some(context)
        };
        self.remember("$exception", exception.uuid);
        self.0
            .client
            .capture_exception(exception.of_request(self.request_id(), context))
    }
}
