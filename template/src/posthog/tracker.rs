//! [`PostHog`]: capturing, identifying and reading flags on behalf of one request's person.

use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, Mutex};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use posthog_rs::{Event, RequestContext};
use serde::Serialize;
use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::browser::BrowserConfig;
use super::client::Client;
use super::context::PROCESS_PERSON_PROFILE;
use super::errors::{Exception, Level};
use super::events::TrackedEvent;
use super::flags::Flags;
use super::identity::{Identity, Person};
use crate::error::Cause;
use crate::models::user;
use crate::settings::PostHogSettings;

/// A handler's way to PostHog. Cloning it is cheap; nothing here waits for the network but
/// [`PostHog::flags`], and that for a bounded time.
#[derive(Clone)]
pub struct PostHog {
    client: Client,
    identity: Arc<Identity>,
    context: Arc<RequestContext>,
    request_id: Arc<str>,
    user: Option<Arc<user::Model>>,
    /// A `GET` that somebody looks at: not a `HEAD`, not a prefetch.
    page_view: bool,
    groups: Vec<(&'static str, String)>,
    captured: Arc<Mutex<Vec<Captured>>>,
    flags: Arc<OnceCell<Flags>>,
}

/// An event that this request captured, for the development panel.
#[derive(Clone, Debug, Serialize)]
pub struct Captured {
    pub event: String,
    pub distinct_id: String,
    pub who: &'static str,
    pub posthog_on: bool,
}

impl PostHog {
    pub fn new(
        client: Client,
        identity: Identity,
        context: RequestContext,
        request_id: &str,
        user: Option<Arc<user::Model>>,
        page_view: bool,
    ) -> Self {
        Self {
            client,
            identity: Arc::new(identity),
            context: Arc::new(context),
            request_id: request_id.into(),
            user,
            page_view,
            groups: Vec::new(),
            captured: Arc::default(),
            flags: Arc::default(),
        }
    }

    /// Captures an event of the tracking plan for the request's person.
    pub fn capture<E: TrackedEvent>(&self, event: E) {
        self.send(E::NAME, properties_of(&event));
    }

    /// Captures a `…_viewed` event, unless nobody looks at the page.
    pub fn capture_view<E: TrackedEvent>(&self, event: E) {
        if self.page_view {
            self.capture(event);
        }
    }

    /// Tells PostHog that a visitor became this user, and goes on as the user.
    ///
    /// Only `$identify` with `$anon_distinct_id` marks a person as identified, which protects them
    /// from being merged into somebody else. It is sent in the user's own context: the visitor's
    /// says `$process_person_profile: false`, and PostHog ignores an `$identify` that carries that.
    pub fn identify(&self, user: &user::Model, visitor_id: Uuid) -> Self {
        let mut context = RequestContext::new().distinct_id(user.id.to_string());
        for (name, value) in self.context_properties() {
            context = super::context::property(context, &name, value);
        }
        let posthog = Self {
            identity: Arc::new(Identity {
                person: Person::User(user.id),
                ..Identity::clone(&self.identity)
            }),
            context: Arc::new(context),
            user: Some(Arc::new(user.clone())),
            flags: Arc::default(),
            ..self.clone()
        };
        let signed_up_at = user
            .created_at
            .format(&Rfc3339)
            .expect("a stored time can be formatted");
        posthog.send(
            "$identify",
            object(json!({
                "$anon_distinct_id": visitor_id,
                "$set": person_properties(user),
                "$set_once": { "signed_up_at": signed_up_at },
            })),
        );
        posthog
    }

    /// Sets person properties from the user's current data.
    pub fn set_person(&self, user: &user::Model) {
        self.send("$set", object(json!({ "$set": person_properties(user) })));
    }

    /// Describes a group, such as a company.
    pub fn group_identify(&self, group_type: &'static str, group_key: &str, properties: Value) {
        self.send(
            "$groupidentify",
            object(json!({ "$group_type": group_type, "$group_key": group_key, "$group_set": properties })),
        );
    }

    /// The same request, on behalf of a group as well.
    pub fn with_group(&self, group_type: &'static str, group_key: &str) -> Self {
        let mut groups = self.groups.clone();
        groups.push((group_type, group_key.to_owned()));
        Self {
            groups,
            ..self.clone()
        }
    }

    /// Captures an error that was handled. The stack is the caller's.
    pub fn capture_error<E: Error>(&self, error: &E) {
        self.capture_exception(Arc::new(Cause::of(error)), Level::Error, true);
    }

    pub(super) fn capture_exception(&self, cause: Arc<Cause>, level: Level, handled: bool) {
        let context = (!self.identity.opted_out).then(|| RequestContext::clone(&self.context));
        if context.is_some() {
            self.remember("$exception");
        }
        let exception = Exception::new(cause, level, handled);
        self.client
            .capture_exception(exception.of_request(&self.request_id, context));
    }

    /// The flags of the request's person: asked for once a request, when they are first needed.
    pub async fn flags(&self) -> &Flags {
        self.flags
            .get_or_init(|| async {
                match self.client.evaluator() {
                    Some(evaluator) if !self.identity.opted_out => {
                        evaluator
                            .evaluate(
                                &self.flag_context(),
                                self.user
                                    .as_deref()
                                    .map(person_properties)
                                    .unwrap_or_default(),
                            )
                            .await
                    }
                    _ => Flags::default(),
                }
            })
            .await
    }

    /// What posthog-js is told on this page; nothing where it should not run.
    pub fn browser_config<'a>(&self, settings: &'a PostHogSettings) -> Option<BrowserConfig<'a>> {
        if !settings.js || !self.client.enabled() || self.identity.opted_out {
            return None;
        }
        Some(BrowserConfig::new(
            settings,
            &self.identity,
            self.flags.get(),
        ))
    }

    pub fn visitor_id(&self) -> Uuid {
        self.identity.visitor_id
    }

    pub fn opted_out(&self) -> bool {
        self.identity.opted_out
    }

    pub fn opt_out_forced(&self) -> bool {
        self.identity.opt_out_forced
    }

    /// What this request captured so far; noted in development only.
    pub fn captured(&self) -> Vec<Captured> {
        self.captured
            .lock()
            .expect("nobody panics while holding the list")
            .clone()
    }

    fn send(&self, name: &'static str, properties: Map<String, Value>) {
        if self.identity.opted_out {
            return;
        }
        let mut event = Event::new(name.to_owned(), self.identity.person.distinct_id());
        for (name, value) in properties {
            event
                .insert_prop(name, value)
                .expect("a JSON value serializes");
        }
        for (group_type, group_key) in &self.groups {
            event.add_group(group_type, group_key);
        }
        self.context.apply_to_event(&mut event);
        self.client.capture(event);
        self.remember(name);
    }

    fn remember(&self, name: &'static str) {
        if !self.client.development {
            return;
        }
        let captured = Captured {
            event: name.to_owned(),
            distinct_id: self.identity.person.distinct_id(),
            who: if self.identity.person.is_user() {
                "user"
            } else {
                "visitor"
            },
            posthog_on: self.client.enabled(),
        };
        self.captured
            .lock()
            .expect("nobody panics while holding the list")
            .push(captured);
    }

    /// A header never chooses whose flags apply.
    fn flag_context(&self) -> RequestContext {
        match &self.identity.person {
            Person::Header(_) => RequestContext::clone(&self.context)
                .distinct_id(self.identity.visitor_id.to_string()),
            _ => RequestContext::clone(&self.context),
        }
    }

    /// The context's properties, without the one that would make a user personless.
    fn context_properties(&self) -> Vec<(String, Value)> {
        let mut event = Event::new("", "");
        self.context.apply_to_event(&mut event);
        let properties = event
            .properties()
            .iter()
            .filter(|(name, _)| *name != PROCESS_PERSON_PROFILE);
        properties
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// E-mail and name: person properties, never event properties.
fn person_properties(user: &user::Model) -> Map<String, Value> {
    object(json!({ "email": user.email, "name": user.name }))
}

fn properties_of(event: &impl Serialize) -> Map<String, Value> {
    object(serde_json::to_value(event).expect("an event's fields serialize"))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(properties) => properties,
        _ => unreachable!("properties are an object"),
    }
}

impl<S: Sync> FromRequestParts<S> for PostHog {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts
            .extensions
            .get::<Self>()
            .cloned()
            .expect("the identity layer wraps every page"))
    }
}
