//! [`Behalf`]: whose request it was, kept for what is done after it.

use std::sync::Arc;

use posthog_rs::RequestContext;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::client::Client;
use super::identity::{Identity, Subject};
use super::property::{GEOIP_DISABLE, PROCESS_PERSON_PROFILE, property};
use super::tracker::PostHog;
use crate::users::User;

/// On whose behalf something is done that outlives its request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behalf {
    /// The request that asked for it; none where none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The person; none who has opted out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Subject>,
    /// The browser's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
}

impl Behalf {
    /// Of a request.
    pub fn of(posthog: &PostHog) -> Self {
        let opted_out = posthog.opted_out();
        Self {
            request_id: posthog.request_id().map(str::to_owned),
            person: (!opted_out).then(|| posthog.person().clone()),
            session_id: posthog.session_id().filter(|_| !opted_out),
        }
    }

    /// Nobody's, such as a schedule's. What is captured then belongs to an id of its own and makes no
    /// person.
    pub fn nobody(id: Uuid) -> Self {
        Self {
            request_id: None,
            person: Some(Subject::Visitor(id)),
            session_id: None,
        }
    }

    /// The user, where it is one.
    pub fn user_id(&self) -> Option<Uuid> {
        match self.person {
            Some(Subject::User(id)) => Some(id),
            _ => None,
        }
    }

    /// The way to PostHog on their behalf. `user` is the row of a user, read now: of one who is gone
    /// nothing is captured, because an event would make their person anew.
    pub fn resume(
        &self,
        client: &Client,
        user: Option<Arc<dyn User>>,
        properties: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> PostHog {
        let gone = self.user_id().is_some() && user.is_none();
        let person = self.person.clone().unwrap_or(Subject::Visitor(Uuid::nil()));
        let identity = Identity {
            visitor_id: match person {
                Subject::Visitor(id) => id,
                _ => Uuid::nil(),
            },
            opted_out: gone || self.person.is_none(),
            opt_out_forced: false,
            person,
        };
        // The server's address says nothing about where the person is.
        let mut nobodys = property(RequestContext::new(), GEOIP_DISABLE, true);
        for (name, value) in properties {
            nobodys = property(nobodys, name, value);
        }
        let mut context = nobodys.clone().distinct_id(identity.person.distinct_id());
        if let Some(session_id) = &self.session_id {
            context = context.session_id(session_id);
        }
        if !identity.person.is_user() {
            context = property(context, PROCESS_PERSON_PROFILE, false);
        }
        let request_id = self.request_id.as_deref();
        PostHog::new(
            client.clone(),
            identity,
            context,
            request_id,
            user,
            false,
            false,
        )
        .with_nobodys_context(nobodys)
    }
}
