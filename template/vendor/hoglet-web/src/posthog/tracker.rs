//! [`PostHog`]: capturing, identifying and reading flags on behalf of one request's person.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use chrono::Utc;
use posthog_rs::{Event, RequestContext};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::alias::alias_event;
use super::browser::BrowserConfig;
use super::client::Client;
use super::evaluator::Asked;
use super::event::TrackedEvent;
use super::exception::Exception;
use super::flag::Flags;
use super::groups;
use super::identification::identification;
use super::identity::{Identity, Subject};
use super::ledger::Delivered;
use super::panel::{Entry, Panel, What};
use super::properties;
use super::property::{GEOIP_DISABLE, PROCESS_PERSON_PROFILE, property};
use super::scope::Scope;
use super::visitor_link;
use crate::settings::PostHogSettings;
use crate::users::User;
use futures_core::future::BoxFuture;

/// The event property that names the groups.
const GROUPS: &str = "$groups";

/// A handler's way to PostHog. Cloning it is cheap; nothing here waits for the network but
/// [`PostHog::flags`], and that for a bounded time.
#[derive(Clone)]
pub struct PostHog {
    client: Client,
    identity: Arc<Identity>,
    context: Arc<RequestContext>,
    /// What an error carries that belongs to nobody.
    nobodys: Option<Arc<RequestContext>>,
    request_id: Option<Arc<str>>,
    user: Option<Arc<dyn User>>,
    /// A `GET` that somebody looks at: not a `HEAD`, not a prefetch.
    page_view: bool,
    /// The page's address is a secret, and posthog-js reads it.
    secret_address: bool,
    scope: Arc<Scope>,
    panel: Panel,
}

impl PostHog {
    /// The way to PostHog of a request behind `layers::identify`.
    ///
    /// # Panics
    ///
    /// Without that layer.
    pub fn of(extensions: &Extensions) -> Self {
        extensions
            .get::<Self>()
            .cloned()
            .expect("the identity layer wraps every page")
    }

    pub(crate) fn new(
        client: Client,
        identity: Identity,
        context: RequestContext,
        request_id: Option<&str>,
        user: Option<Arc<dyn User>>,
        page_view: bool,
        secret_address: bool,
    ) -> Self {
        Self {
            panel: Panel::new(client.development),
            client,
            identity: Arc::new(identity),
            context: Arc::new(context),
            nobodys: None,
            request_id: request_id.map(Arc::from),
            user,
            page_view,
            secret_address,
            scope: Arc::default(),
        }
    }

    /// With what errors carry also where they belong to nobody.
    pub(crate) fn with_nobodys_context(self, context: RequestContext) -> Self {
        Self {
            nobodys: Some(Arc::new(context)),
            ..self
        }
    }

    /// Captures an event of the tracking plan for the request's person. Once this request has evaluated
    /// flags, it carries them: `$feature/<key>` for each, and `$active_feature_flags`.
    ///
    /// Returns the event's id, by which PostHog knows it: a UUIDv7; none where nothing is sent, because
    /// the person has opted out or PostHog is off.
    pub fn capture<E: TrackedEvent>(&self, event: E) -> Option<Uuid> {
        let mut properties = self.scope.flag_properties();
        properties.extend(properties::of(&event));
        self.send(E::NAME, properties)
    }

    /// Captures a `…_viewed` event, unless nobody looks at the page.
    pub fn capture_view<E: TrackedEvent>(&self, event: E) -> Option<Uuid> {
        self.page_view.then(|| self.capture(event)).flatten()
    }

    /// The same request, on behalf of the user that the visitor has become. The context is a new
    /// one: the visitor's says `$process_person_profile: false`. The visitor's flags stay behind, because
    /// the user's may be others.
    pub fn as_user(&self, user: Arc<dyn User>) -> Self {
        let mut context = RequestContext::new().distinct_id(user.id().to_string());
        for (name, value) in self.context_properties() {
            context = property(context, &name, value);
        }
        Self {
            identity: Arc::new(Identity {
                person: Subject::User(user.id()),
                ..Identity::clone(&self.identity)
            }),
            context: Arc::new(context),
            user: Some(user),
            scope: Arc::new(Scope::of(self.scope.groups())),
            ..self.clone()
        }
    }

    /// Tells PostHog which visitor this user was. To be called after [`PostHog::as_user`]: PostHog
    /// ignores an `$identify` of somebody who makes no person.
    pub fn identify(&self, user: &dyn User, link: &visitor_link::Model) -> Delivered {
        let event = self.event("$identify", identification(user, link));
        self.client.capture_and_tell(event, Utc::now())
    }

    /// Sets person properties from the user's current data.
    pub fn set_person(&self, user: &dyn User) -> Option<Uuid> {
        self.send(
            "$set",
            properties::of(&json!({ "$set": user.properties() })),
        )
    }

    /// Says that this user is known to PostHog by another id too, such as a device's or an older system's:
    /// the person of `alias` becomes part of the user's. See [`Client::alias`] for what PostHog refuses.
    /// Returns the event's id; none where nothing is sent.
    ///
    /// A visitor has no person, so it is refused for them with a line in the log.
    pub fn alias(&self, alias: &str) -> Option<Uuid> {
        if !self.identity.person.is_user() {
            tracing::warn!("alias: nothing is sent, because nobody is signed in; log in first");
            return None;
        }
        let event = alias_event(&self.identity.person.distinct_id(), alias)?;
        let about = event.properties().clone().into_iter().collect();
        self.send("$create_alias", about)
    }

    /// Waits until what was captured so far is delivered, see [`Client::flush`]. A request that calls this
    /// waits for PostHog, which no other one does.
    pub async fn flush(&self, within: Duration) -> bool {
        self.client.flush(within).await
    }

    /// From here on this request is made on behalf of a group, such as a company: what it captures
    /// belongs to the group as well, its flags are those of the group, and so is its page.
    ///
    /// PostHog counts groups for events of users; a visitor's events have no person to join them with.
    /// Source: <https://posthog.com/docs/product-analytics/group-analytics>.
    ///
    /// A blank type or key is refused: the log says so, and the request joins no group.
    #[track_caller]
    pub fn with_group(
        &self,
        group_type: &'static str,
        group_key: &str,
        properties: impl Serialize,
    ) -> &Self {
        if groups::is_blank("with_group", group_type, group_key) {
            return self;
        }
        let properties = properties::of(&properties);
        if !properties.is_empty() {
            self.describe_group(group_type, group_key, &properties);
        }
        self.scope.join(group_type, group_key, properties);
        self
    }

    /// Tells PostHog what a group is like, unless this process has said the same last and it was not lost.
    ///
    /// A blank type or key is refused: the log says so, and nothing is sent.
    #[track_caller]
    pub fn group_identify(
        &self,
        group_type: &'static str,
        group_key: &str,
        properties: impl Serialize,
    ) {
        if !groups::is_blank("group_identify", group_type, group_key) {
            self.describe_group(group_type, group_key, &properties::of(&properties));
        }
    }

    fn describe_group(
        &self,
        group_type: &'static str,
        group_key: &str,
        properties: &Map<String, Value>,
    ) {
        if self.identity.opted_out {
            return;
        }
        let described = &self.client.described;
        described.tell(group_type, group_key, properties, || {
            let event = self.group_description(group_type, group_key, properties);
            let delivered = self.client.capture_and_tell(event, Utc::now());
            self.client.enabled().then_some(delivered)
        });
    }

    fn group_description(
        &self,
        group_type: &'static str,
        group_key: &str,
        properties: &Map<String, Value>,
    ) -> Event {
        let mut about = properties::of(
            &json!({ "$group_type": group_type, "$group_key": group_key, "$group_set": properties }),
        );
        if self.identity.person.is_user() {
            return self.event("$groupidentify", about);
        }
        // PostHog ignores it where `$process_person_profile` is false, as in all that is a
        // visitor's: so it comes from the group itself, as the SDKs have it, and from nowhere.
        let id = format!("${group_type}_{group_key}");
        let mut event = Event::new("$groupidentify".to_owned(), id);
        about.insert(GEOIP_DISABLE.to_owned(), true.into());
        insert_all(&mut event, about);
        event
    }

    /// Captures an error that was handled. The stack is the caller's. Returns the event's id, see
    /// [`PostHog::capture`].
    pub fn capture_error<E: Error>(&self, error: &E) -> Option<Uuid> {
        self.capture_error_with(error, ())
    }

    /// The same with properties, a struct with named fields or a map:
    /// `posthog.capture_error_with(&error, json!({ "order": 7 }))`. Where it happened and how bad it
    /// is (`$exception_…`) cannot be said here.
    pub fn capture_error_with<E: Error>(
        &self,
        error: &E,
        properties: impl Serialize,
    ) -> Option<Uuid> {
        self.capture_exception(Exception::by_hand(error, properties))
    }

    /// Captures an error on behalf of the request's person. Of somebody who has opted out it is
    /// nobody's.
    pub(crate) fn capture_exception(&self, exception: Exception) -> Option<Uuid> {
        let context = if self.identity.opted_out {
            self.nobodys.as_deref().cloned()
        } else {
            let mut context = RequestContext::clone(&self.context);
            if let Some(groups) = self.scope.groups().property() {
                context = property(context, GROUPS, groups);
            }
            for (name, value) in self.scope.flag_properties() {
                context = property(context, &name, value);
            }
            Some(context)
        };
        self.remember("$exception", exception.uuid);
        self.client
            .capture_exception(exception.of_request(self.request_id(), context))
    }

    /// The flags of the request's person and groups: asked for once a request, when they are first needed.
    /// What the request captures from here on carries them.
    ///
    /// All have their defaults, and PostHog is not asked, for those who have opted out, and for a client
    /// that is known by a header only: a header never chooses whose flags apply.
    pub fn flags(&self) -> BoxFuture<'_, Arc<Flags>> {
        Box::pin(async move {
            let (groups, cell) = self.scope.flags();
            let evaluating = async || match self.client.evaluator() {
                Some(evaluator) if self.has_flags() => {
                    let asked = Asked {
                        context: RequestContext::clone(&self.context),
                        is_user: self.identity.person.is_user(),
                        person_properties: self
                            .user
                            .as_ref()
                            .map(|user| user.properties())
                            .unwrap_or_default(),
                        groups: &groups,
                    };
                    Arc::new(evaluator.evaluate(asked).await)
                }
                _ => Arc::default(),
            };
            let flags = cell.get_or_init(evaluating).await.clone();
            self.scope.decides_by(flags.clone());
            flags
        })
    }

    /// What posthog-js is told on this page; nothing where it should not run.
    pub fn browser_config<'a>(&self, settings: &'a PostHogSettings) -> Option<BrowserConfig<'a>> {
        let runs = settings.js && self.client.enabled() && !self.identity.opted_out;
        if !runs || self.secret_address {
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
            self.client.stamp.is_production(),
        ))
    }

    /// The id of this browser's visitor, also where a user is signed in.
    pub fn visitor_id(&self) -> Uuid {
        self.identity.visitor_id
    }

    /// The person on whose behalf this is.
    pub(crate) fn person(&self) -> &Subject {
        &self.identity.person
    }

    /// The request, as its answer names it.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The browser's session, as posthog-js knows it.
    pub(crate) fn session_id(&self) -> Option<String> {
        self.context.get_session_id().map(str::to_owned)
    }

    /// Whether this person is not to be tracked. Only errors are captured then, on nobody's behalf.
    pub fn opted_out(&self) -> bool {
        self.identity.opted_out
    }

    /// Whether the browser asks for that (`Sec-GPC: 1`): the footer's switch changes nothing then.
    pub fn opt_out_forced(&self) -> bool {
        self.identity.opt_out_forced
    }

    /// What this request captured so far, and the flags it read; noted in development only.
    pub fn captured(&self) -> Vec<Entry> {
        if !self.panel.is_shown() {
            return Vec::new();
        }
        let (_, flags) = self.scope.flags();
        let read = flags.get().map(|flags| flags.read()).unwrap_or_default();
        let read = read.into_iter();
        self.panel
            .entries(read.map(|(key, value)| What::Flag { key, value }))
    }

    pub(crate) fn panel(&self) -> &Panel {
        &self.panel
    }

    fn send(&self, name: &'static str, properties: Map<String, Value>) -> Option<Uuid> {
        if self.identity.opted_out {
            return None;
        }
        let uuid = Uuid::now_v7();
        self.client.capture(self.event_with(uuid, name, properties));
        self.client.enabled().then_some(uuid)
    }

    /// An event of the request, noted for the panel.
    fn event(&self, name: &'static str, properties: Map<String, Value>) -> Event {
        self.event_with(Uuid::now_v7(), name, properties)
    }

    fn event_with(&self, uuid: Uuid, name: &'static str, properties: Map<String, Value>) -> Event {
        self.remember(name, uuid);
        let mut event = Event::new(name.to_owned(), self.identity.person.distinct_id());
        // Not `Event::add_group`: it would make a person of a visitor.
        if let Some(groups) = self.scope.groups().property() {
            insert_all(&mut event, Map::from_iter([(GROUPS.to_owned(), groups)]));
        }
        insert_all(&mut event, properties);
        self.context.apply_to_event(&mut event);
        event.set_uuid(uuid);
        event
    }

    /// Notes an event for the panel.
    fn remember(&self, name: &str, uuid: Uuid) {
        if !self.panel.is_shown() {
            return;
        }
        let person = &self.identity.person;
        let (who, distinct_id) = match person {
            // Only errors are captured then, without a person.
            _ if self.identity.opted_out => ("nobody", String::new()),
            Subject::User(_) => ("user", person.distinct_id()),
            Subject::Visitor(_) => ("visitor", person.distinct_id()),
            Subject::Header(_) => ("client", person.distinct_id()),
        };
        self.panel.note(What::Event {
            name: name.to_owned(),
            uuid: uuid.to_string(),
            who: who.to_owned(),
            distinct_id,
            sent: self.client.enabled(),
        });
    }

    /// Whether PostHog may be asked for this person's flags.
    fn has_flags(&self) -> bool {
        let only_claimed = matches!(self.identity.person, Subject::Header(_));
        !self.identity.opted_out && !only_claimed
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
        Ok(Self::of(&parts.extensions))
    }
}
