//! [`Actor`]: the identity of a request, stored with a job that the request has enqueued.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::posthog::{Client, DistinctId, Identity, OptOut, PostHog};
use crate::users::User;

/// The person whose events a job captures, and the request that enqueued it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The id of the request; none for a scheduled job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The distinct id of the person; none if they opted out.
    #[serde(default, rename = "person", skip_serializing_if = "Option::is_none")]
    pub distinct_id: Option<DistinctId>,
    /// The id of the browser's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
}

impl Actor {
    /// The identity of a request.
    pub fn of(posthog: &PostHog) -> Self {
        let identity = posthog.identity();
        let opted_out = identity.opted_out();
        Self {
            request_id: posthog.request_id().map(str::to_owned),
            distinct_id: (!opted_out).then(|| identity.distinct_id.clone()),
            session_id: identity.session_id.clone().filter(|_| !opted_out),
        }
    }

    /// The actor of a job that no request enqueued, such as a scheduled job.
    ///
    /// The job's events have an id of their own and create no person.
    pub fn nobody(id: Uuid) -> Self {
        Self {
            request_id: None,
            distinct_id: Some(DistinctId::Visitor(id)),
            session_id: None,
        }
    }

    /// The form that is stored with a job.
    pub fn stored(&self) -> hoglet_jobs::StoredActor {
        hoglet_jobs::StoredActor::of(self)
    }

    /// The user's id, if the actor is a user.
    pub fn user_id(&self) -> Option<Uuid> {
        match &self.distinct_id {
            Some(DistinctId::User(id)) => id.parse().ok(),
            _ => None,
        }
    }

    /// A [`PostHog`] that captures for this actor. `user` is the user's current row.
    ///
    /// For a deleted user nothing is captured, because an event would create their person again.
    pub fn resume(
        &self,
        client: &Client,
        user: Option<Arc<dyn User>>,
        properties: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> PostHog {
        let deleted = self.user_id().is_some() && user.is_none();
        let no_one = DistinctId::Visitor(Uuid::nil());
        let distinct_id = self.distinct_id.clone().unwrap_or(no_one);
        let identity = Identity {
            visitor_id: match distinct_id {
                DistinctId::Visitor(id) => id,
                _ => Uuid::nil(),
            },
            session_id: self.session_id.clone(),
            opt_out: match deleted || self.distinct_id.is_none() {
                true => OptOut::Chosen,
                false => OptOut::No,
            },
            distinct_id,
        };
        let properties = properties.into_iter();
        let properties = properties.map(|(name, value)| (name.to_owned(), value));
        PostHog::outside_request(
            client,
            identity,
            user.map(|user| user as _),
            self.request_id.as_deref(),
            properties.collect(),
        )
    }
}
