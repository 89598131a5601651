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
use uuid::Uuid;

use super::browser::BrowserConfig;
use super::client::Client;
use super::context::PROCESS_PERSON_PROFILE;
use super::errors::{Exception, Level};
use super::evaluator::Subject;
use super::events::TrackedEvent;
use super::flag::Flags;
use super::identity::{Identity, Person};
use super::properties;
use super::scope::Scope;
use crate::error::Cause;
use crate::models::user;
use crate::settings::PostHogSettings;

/// The event property that names the groups.
const GROUPS: &str = "$groups";

/// A handler's way to PostHog. Cloning it is cheap; nothing here waits for the network but
/// [`PostHog::flags`], and that for a bounded time.
#[derive(Clone)]
pub struct PostHog {
    client: Client,
    identity: Arc<Identity>,
    context: Arc<RequestContext>,
    user: Option<Arc<user::Model>>,
    /// A `GET` that somebody looks at: not a `HEAD`, not a prefetch.
    page_view: bool,
    scope: Arc<Scope>,
    captured: Arc<Mutex<Vec<Captured>>>,
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
        user: Option<Arc<user::Model>>,
        page_view: bool,
    ) -> Self {
        Self {
            client,
            identity: Arc::new(identity),
            context: Arc::new(context),
            user,
            page_view,
            scope: Arc::default(),
            captured: Arc::default(),
        }
    }

    /// Captures an event of the tracking plan for the request's person.
    pub fn capture<E: TrackedEvent>(&self, event: E) {
        self.send(E::NAME, properties::of(&event));
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
            scope: Arc::new(Scope::of(self.scope.groups())),
            ..self.clone()
        };
        let signed_up_at = user
            .created_at
            .format(&Rfc3339)
            .expect("a stored time can be formatted");
        posthog.send(
            "$identify",
            properties::of(&json!({
                "$anon_distinct_id": visitor_id,
                "$set": person_properties(user),
                "$set_once": { "signed_up_at": signed_up_at },
            })),
        );
        posthog
    }

    /// Sets person properties from the user's current data.
    pub fn set_person(&self, user: &user::Model) {
        self.send(
            "$set",
            properties::of(&json!({ "$set": person_properties(user) })),
        );
    }

    /// From here on this request is made on behalf of a group, such as a company: what it captures
    /// belongs to the group as well, its flags are those of the group, and so is its page.
    ///
    /// PostHog counts groups for events of users; a visitor's events have no person to join them with.
    pub fn with_group(
        &self,
        group_type: &'static str,
        group_key: &str,
        properties: impl Serialize,
    ) -> &Self {
        let properties = properties::of(&properties);
        if !properties.is_empty() {
            self.describe_group(group_type, group_key, &properties);
        }
        self.scope.join(group_type, group_key, properties);
        self
    }

    /// Tells PostHog what a group is like, unless this process has said the same last.
    pub fn group_identify(
        &self,
        group_type: &'static str,
        group_key: &str,
        properties: impl Serialize,
    ) {
        self.describe_group(group_type, group_key, &properties::of(&properties));
    }

    fn describe_group(
        &self,
        group_type: &'static str,
        group_key: &str,
        properties: &Map<String, Value>,
    ) {
        let described = &self.client.described;
        if self.identity.opted_out || !described.is_news(group_type, group_key, properties) {
            return;
        }
        let mut about = properties::of(
            &json!({ "$group_type": group_type, "$group_key": group_key, "$group_set": properties }),
        );
        if self.identity.person.is_user() {
            self.send("$groupidentify", about);
        } else {
            // PostHog ignores it where `$process_person_profile` is false, as in all that is a
            // visitor's: so it comes from the group itself, as the SDKs have it, and from nowhere.
            let id = format!("${group_type}_{group_key}");
            let mut event = Event::new("$groupidentify".to_owned(), id);
            about.insert("$geoip_disable".to_owned(), true.into());
            insert_all(&mut event, about);
            self.client.capture(event);
        }
    }

    /// Captures an error that was handled. The stack is the caller's.
    pub fn capture_error<E: Error>(&self, error: &E) {
        self.capture_exception(Arc::new(Cause::of(error)), Level::Error, true);
    }

    pub(super) fn capture_exception(&self, cause: Arc<Cause>, level: Level, handled: bool) {
        let context = (!self.identity.opted_out).then(|| {
            let context = RequestContext::clone(&self.context);
            match self.scope.groups().property() {
                Some(groups) => super::context::property(context, GROUPS, groups),
                None => context,
            }
        });
        if context.is_some() {
            self.remember("$exception");
        }
        self.client
            .capture_exception(Exception::new(cause, level, handled, context));
    }

    /// The flags of the request's person and groups: asked for once a request, when they are first needed.
    pub async fn flags(&self) -> Arc<Flags> {
        let (groups, cell) = self.scope.flags();
        let evaluating = async || match self.client.evaluator() {
            Some(evaluator) if !self.identity.opted_out => {
                let subject = Subject {
                    context: self.flag_context(),
                    is_user: self.identity.person.is_user(),
                    person_properties: self
                        .user
                        .as_deref()
                        .map(person_properties)
                        .unwrap_or_default(),
                    groups: &groups,
                };
                Arc::new(evaluator.evaluate(subject).await)
            }
            _ => Arc::default(),
        };
        cell.get_or_init(evaluating).await.clone()
    }

    /// What posthog-js is told on this page; nothing where it should not run.
    pub fn browser_config<'a>(&self, settings: &'a PostHogSettings) -> Option<BrowserConfig<'a>> {
        if !settings.js || !self.client.enabled() || self.identity.opted_out {
            return None;
        }
        let (groups, flags) = self.scope.flags();
        let mut properties = Map::new();
        for (name, value) in self.client.stamp.properties() {
            properties.insert(name.to_owned(), value.into());
        }
        if let Some(groups) = groups.property() {
            properties.insert(GROUPS.to_owned(), groups);
        }
        Some(BrowserConfig::new(
            settings,
            &self.identity,
            properties,
            flags.get().map(Arc::as_ref),
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
        // Not `Event::add_group`: it would make a person of a visitor.
        if let Some(groups) = self.scope.groups().property() {
            insert_all(&mut event, Map::from_iter([(GROUPS.to_owned(), groups)]));
        }
        insert_all(&mut event, properties);
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
    properties::of(&json!({ "email": user.email, "name": user.name }))
}

fn insert_all(event: &mut Event, properties: Map<String, Value>) {
    for (name, value) in properties {
        event
            .insert_prop(name, value)
            .expect("a JSON value serializes");
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
