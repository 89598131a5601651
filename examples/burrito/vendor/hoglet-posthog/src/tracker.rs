//! [`PostHog`]: capturing, identifying and reading flags for one request's person.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, StatusCode};
use chrono::Utc;
use futures_core::future::BoxFuture;
use hoglet_errors::Cause;
use posthog_rs::{Event, RequestContext};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::alias::alias_event;
use crate::boundary::Boundary;
use crate::browser::BrowserConfig;
use crate::client::Client;
use crate::context::{self, Address, RequestDetails};
use crate::evaluator::Evaluation;
use crate::event::TrackedEvent;
use crate::exception::Exception;
use crate::flag::Flags;
use crate::flags_and_groups::FlagsAndGroups;
use crate::groups;
use crate::headers;
use crate::identify_event::{Visitor, identify_properties};
use crate::identity::{DistinctId, Identity, OptOut};
use crate::ledger::Delivered;
use crate::panel::{Entry, Panel, What};
use crate::person::Person;
use crate::properties;
use crate::property::{GEOIP_DISABLE, PROCESS_PERSON_PROFILE, property};

/// The event property that names the groups.
const GROUPS: &str = "$groups";

/// A handler's way to PostHog. Cloning it is cheap; nothing here waits for the network but
/// [`PostHog::flags`], and that for a bounded time.
#[derive(Clone)]
pub struct PostHog {
    client: Client,
    identity: Arc<Identity>,
    person: Option<Arc<dyn Person>>,
    context: Arc<RequestContext>,
    /// The context of an error of a person who has opted out.
    without_person: Option<Arc<RequestContext>>,
    request_id: Option<Arc<str>>,
    page: Page,
    shared: Arc<FlagsAndGroups>,
    panel: Panel,
}

/// The page that a request asks for.
#[derive(Clone, Copy)]
struct Page {
    /// A person sees it: the request is a `GET`, and no prefetch.
    is_viewed: bool,
    address: Address,
}

impl PostHog {
    /// The way to PostHog of a request.
    ///
    /// # Panics
    ///
    /// Without a layer that leaves it there, such as [`layer::track`](crate::layer::track).
    pub fn of(extensions: &Extensions) -> Self {
        extensions
            .get::<Self>()
            .cloned()
            .expect("the identity layer wraps every page")
    }

    /// For a request. `person` is the signed-in user, and `properties` are the app's own, for each event.
    pub fn of_request(
        client: &Client,
        identity: Identity,
        person: Option<Arc<dyn Person>>,
        request: &RequestDetails<'_>,
        properties: Map<String, Value>,
    ) -> Self {
        let context = context::of_request(&identity, request, properties);
        let page = Page {
            is_viewed: headers::is_page_view(request.method, request.headers),
            address: request.address,
        };
        Self::new(client, identity, person, context, page).for_request(request.id)
    }

    /// For work outside of a request, such as a background job: the context is `properties` alone, and
    /// `request_id` names the request that has asked for the work.
    pub fn outside_request(
        client: &Client,
        identity: Identity,
        person: Option<Arc<dyn Person>>,
        request_id: Option<&str>,
        properties: Map<String, Value>,
    ) -> Self {
        // The server's address says nothing about where the person is.
        let context = property(RequestContext::new(), GEOIP_DISABLE, true);
        let without_person = context::with_all(context, properties);
        let id = identity.distinct_id.to_string();
        let context = context::of_identity(without_person.clone().distinct_id(id), &identity);
        let page = Page {
            is_viewed: false,
            address: Address::Plain,
        };
        Self {
            without_person: Some(Arc::new(without_person)),
            ..Self::new(client, identity, person, context, page).for_request(request_id)
        }
    }

    fn new(
        client: &Client,
        identity: Identity,
        person: Option<Arc<dyn Person>>,
        context: RequestContext,
        page: Page,
    ) -> Self {
        Self {
            panel: Panel::new(client.settings().development()),
            client: client.clone(),
            identity: Arc::new(identity),
            person,
            context: Arc::new(context),
            without_person: None,
            request_id: None,
            page,
            shared: Arc::default(),
        }
    }

    fn for_request(self, id: Option<&str>) -> Self {
        Self {
            request_id: id.map(Arc::from),
            ..self
        }
    }

    /// Leaves itself in a request's extensions, for handlers that take a [`PostHog`], and its context for
    /// [`context::layer`].
    pub fn remember_in(&self, extensions: &mut Extensions) {
        extensions.insert(RequestContext::clone(&self.context));
        extensions.insert(self.clone());
    }

    /// Captures an event of the tracking plan for the request's person. Once this request has evaluated
    /// flags, it carries them: `$feature/<key>` for each, and `$active_feature_flags`.
    ///
    /// Returns the event's id in PostHog, a UUIDv7; none if nothing is sent, because the person opted out or
    /// PostHog is off.
    pub fn capture<E: TrackedEvent>(&self, event: E) -> Option<Uuid> {
        let mut properties = self.shared.flag_properties();
        properties.extend(properties::of(&event));
        self.send(E::NAME, properties)
    }

    /// Captures a `…_viewed` event, unless the request is a `HEAD` or a prefetch.
    pub fn capture_view<E: TrackedEvent>(&self, event: E) -> Option<Uuid> {
        self.page.is_viewed.then(|| self.capture(event)).flatten()
    }

    /// The same request, from here on of the user with this distinct id, whom the visitor has become. The
    /// context is a new one, because the visitor's says `$process_person_profile: false`. The visitor's flags
    /// stay behind, because the user's may be others.
    pub fn as_user(&self, distinct_id: &str, person: Arc<dyn Person>) -> Self {
        let mut context = RequestContext::new().distinct_id(distinct_id);
        for (name, value) in self.context_properties() {
            context = property(context, &name, value);
        }
        Self {
            identity: Arc::new(Identity {
                distinct_id: DistinctId::User(distinct_id.to_owned()),
                ..Identity::clone(&self.identity)
            }),
            context: Arc::new(context),
            person: Some(person),
            shared: Arc::new(FlagsAndGroups::of(self.shared.groups())),
            ..self.clone()
        }
    }

    /// Tells PostHog which visitor this user was. To be called after [`PostHog::as_user`]: PostHog
    /// ignores an `$identify` whose events make no person.
    pub fn identify(&self, person: &dyn Person, visitor: &Visitor) -> Delivered {
        let event = self.event("$identify", identify_properties(person, visitor));
        self.client.capture_and_tell(event, Utc::now())
    }

    /// Sets person properties from the user's current data.
    pub fn set_person(&self, person: &dyn Person) -> Option<Uuid> {
        let properties = json!({ "$set": person.properties() });
        self.send("$set", properties::of(&properties))
    }

    /// Gives this user another distinct id, such as a device's or an older system's: the person with the id
    /// `alias` becomes part of the user's. See [`Client::alias`] for what PostHog refuses.
    /// Returns the event's id; none where nothing is sent.
    ///
    /// A visitor has no person, so it is refused for them with a line in the log.
    pub fn alias(&self, alias: &str) -> Option<Uuid> {
        if !self.identity.distinct_id.is_user() {
            tracing::warn!("alias: nothing is sent, because nobody is signed in; log in first");
            return None;
        }
        let event = alias_event(&self.identity.distinct_id.to_string(), alias)?;
        let about = event.properties().clone().into_iter().collect();
        self.send("$create_alias", about)
    }

    /// Waits until what was captured so far is delivered, see [`Client::flush`]. A request that calls this
    /// waits for PostHog, which no other one does.
    pub async fn flush(&self, within: Duration) -> bool {
        self.client.flush(within).await
    }

    /// From here on this request belongs to a group, such as a company: so do its events and its page, and its
    /// flags are evaluated for the group.
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
        self.shared.join(group_type, group_key, properties);
        self
    }

    /// Sends the properties of a group, unless this process has sent the same ones last and they were not lost.
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
        if self.identity.opted_out() {
            return;
        }
        let described = self.client.described();
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
        if self.identity.distinct_id.is_user() {
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

    /// Captures an error that the app has handled. The stack is the caller's. Returns the event's id, see
    /// [`PostHog::capture`].
    #[track_caller]
    pub fn capture_error<E: Error>(&self, error: &E) -> Option<Uuid> {
        self.capture_error_with(error, ())
    }

    /// The same with properties, a struct with named fields or a map:
    /// `posthog.capture_error_with(&error, json!({ "order": 7 }))`. Where it happened and how bad it
    /// is (`$exception_…`) cannot be said here.
    #[track_caller]
    pub fn capture_error_with<E: Error>(
        &self,
        error: &E,
        properties: impl Serialize,
    ) -> Option<Uuid> {
        self.capture_exception(Exception::by_hand(error, properties))
    }

    /// Captures the error that this request has failed with, unless automatic capture is off
    /// (`POSTHOG_CAPTURE_EXCEPTIONS`). `status` is that of the answer.
    pub fn capture_failed_request(&self, cause: Arc<Cause>, status: StatusCode) -> Option<Uuid> {
        let exception = Exception::of_failed_request(cause, status);
        self.capture_automatically(exception)
    }

    /// Captures the error that a background task has failed with, such as a job, unless automatic capture is
    /// off. `source` is `$exception_source`: `<technology>.<hook>` in lower case.
    pub fn capture_failed_task(&self, cause: Arc<Cause>, source: &'static str) -> Option<Uuid> {
        let boundary = Boundary::BackgroundTask { source };
        self.capture_automatically(Exception::new(cause, boundary))
    }

    fn capture_automatically(&self, exception: Exception) -> Option<Uuid> {
        let on = self.client.settings().capture_exceptions;
        on.then(|| self.capture_exception(exception)).flatten()
    }

    /// Captures an error of the request's person. It has no person where they opted out.
    fn capture_exception(&self, exception: Exception) -> Option<Uuid> {
        let context = if self.identity.opted_out() {
            self.without_person.as_deref().cloned()
        } else {
            let mut context = RequestContext::clone(&self.context);
            if let Some(groups) = self.shared.groups().property() {
                context = property(context, GROUPS, groups);
            }
            for (name, value) in self.shared.flag_properties() {
                context = property(context, &name, value);
            }
            Some(context)
        };
        self.remember("$exception", exception.uuid);
        self.client
            .capture_exception(exception.of_request(self.request_id(), context))
    }

    /// The flags of the request's person and groups: asked for once a request, when they are first needed.
    /// Later events of the request carry them.
    ///
    /// All have their defaults, and PostHog is not asked, for a person who opted out, and for a client that is
    /// known by a header only: a header never chooses flags.
    pub fn flags(&self) -> BoxFuture<'_, Arc<Flags>> {
        Box::pin(async move {
            let (groups, cell) = self.shared.flags();
            let evaluating = async || match self.client.evaluator() {
                Some(evaluator) if self.has_flags() => {
                    let person = self.person.as_ref();
                    let evaluation = Evaluation {
                        context: RequestContext::clone(&self.context),
                        is_user: self.identity.distinct_id.is_user(),
                        person_properties: person
                            .map(|person| person.properties())
                            .unwrap_or_default(),
                        groups: &groups,
                    };
                    Arc::new(evaluator.evaluate(evaluation).await)
                }
                _ => Arc::default(),
            };
            let flags = cell.get_or_init(evaluating).await.clone();
            self.shared.decides_by(flags.clone());
            flags
        })
    }

    /// The configuration of posthog-js on this page; none if it should not run.
    pub fn browser_config(&self) -> Option<BrowserConfig<'_>> {
        let settings = self.client.settings();
        let runs = settings.js && self.client.enabled() && !self.identity.opted_out();
        if !runs || self.page.address == Address::Secret {
            return None;
        }
        let (groups, flags) = self.shared.flags();
        let mut properties = Map::new();
        for (name, value) in self.client.release_properties().properties() {
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
            self.client.release_properties().is_production(),
        ))
    }

    /// The id of this browser's visitor, also where a user is signed in.
    pub fn visitor_id(&self) -> Uuid {
        self.identity.visitor_id
    }

    /// The app's connection to PostHog.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The visitor or user of the request.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The request, as its answer names it.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Whether this person is not to be tracked. Only errors are captured then, without a person.
    pub fn opted_out(&self) -> bool {
        self.identity.opted_out()
    }

    /// Whether the browser asks for that (`Sec-GPC: 1`): the app's own switch changes nothing then.
    pub fn opt_out_forced(&self) -> bool {
        self.identity.opt_out == OptOut::Forced
    }

    /// The events that this request captured so far, and the flags it read; in development only.
    pub fn captured(&self) -> Vec<Entry> {
        if !self.panel.is_shown() {
            return Vec::new();
        }
        let (_, flags) = self.shared.flags();
        let read = flags.get().map(|flags| flags.read()).unwrap_or_default();
        let read = read.into_iter();
        self.panel
            .entries(read.map(|(key, value)| What::Flag { key, value }))
    }

    /// Gathers what the request captures, in development.
    pub fn panel(&self) -> &Panel {
        &self.panel
    }

    fn send(&self, name: &'static str, properties: Map<String, Value>) -> Option<Uuid> {
        if self.identity.opted_out() {
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
        let mut event = Event::new(name.to_owned(), self.identity.distinct_id.to_string());
        // Not `Event::add_group`: it would make a person of a visitor.
        if let Some(groups) = self.shared.groups().property() {
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
        let id = &self.identity.distinct_id;
        let (who, distinct_id) = match id {
            // Only errors are captured then, without a person.
            _ if self.identity.opted_out() => ("nobody", String::new()),
            DistinctId::User(_) => ("user", id.to_string()),
            DistinctId::Visitor(_) => ("visitor", id.to_string()),
            DistinctId::Header(_) => ("client", id.to_string()),
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
        let only_claimed = matches!(self.identity.distinct_id, DistinctId::Header(_));
        !self.identity.opted_out() && !only_claimed
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
