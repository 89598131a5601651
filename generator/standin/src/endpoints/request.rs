//! A request to one of PostHog's endpoints, and its refusal.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Uri, header};
use serde_json::Value;

use crate::standin::{Standin, now};
use crate::store::Malformed;
use crate::wire::body;
use crate::wire::refusal::Refusal;

/// The length of the beginning of a refused body that is kept to be shown.
const SNIPPET: usize = 400;

pub struct Incoming {
    pub uri: Uri,
    pub headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
}

impl<S: Send + Sync> FromRequest<S> for Incoming {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            uri: request.uri().clone(),
            headers: request.headers().clone(),
            body: Bytes::from_request(request, state).await,
        })
    }
}

impl Incoming {
    pub fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// A field of the query.
    pub fn field(&self, name: &str) -> Option<String> {
        let mut fields = form_urlencoded::parse(self.query().as_bytes());
        let (_, value) = fields.find(|(key, _)| key == name)?;
        Some(value.into_owned())
    }

    /// Whether `navigator.sendBeacon` sent it, which ignores the answer.
    pub fn is_beacon(&self) -> bool {
        self.query().contains("beacon=1")
    }

    pub fn bytes(&self) -> Result<&[u8], Refusal> {
        self.body.as_deref().map_err(Refusal::rejected)
    }

    /// The request's JSON, in one of the encodings of the older endpoints.
    pub fn json(&self) -> Result<Value, Refusal> {
        body::json(self.query(), &self.headers, self.bytes()?)
    }

    /// Records the refused request with its reason, for `/hoglet/malformed`.
    pub fn report(&self, refusal: &Refusal, path: &str, standin: &Standin) {
        let body = self.body.as_deref().unwrap_or_default();
        let client = self.headers.get(header::USER_AGENT);
        let client = client.and_then(|client| client.to_str().ok());
        let malformed = Malformed {
            received_at: now(),
            path: path.to_owned(),
            status: refusal.status.as_u16(),
            reason: refusal.reason.clone(),
            client: client.unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(&body[..body.len().min(SNIPPET)]).into_owned(),
        };
        standin.change(|store| store.refuse(malformed));
    }
}

/// The key of `Authorization: Bearer KEY`; empty if there is none.
pub fn bearer(headers: &HeaderMap) -> &str {
    let value = headers.get(header::AUTHORIZATION);
    let value = value.and_then(|value| value.to_str().ok());
    let key = value.and_then(|value| value.strip_prefix("Bearer "));
    key.unwrap_or_default().trim()
}
