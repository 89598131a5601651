//! [`PostHog`]: captures events, identifies, and reads flags for one request's person.
//!
//! The modules below add errors, flags and groups.

mod errors;
mod flags;
mod grouping;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use chrono::Utc;
use posthog_rs::{Event, RequestContext};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::alias::alias_event;
use crate::client::Client;
use crate::context::{self, Address, RequestDetails};
use crate::event::TrackedEvent;
use crate::flags_and_groups::FlagsAndGroups;
use crate::headers;
use crate::identify_event::{Visitor, identify_properties};
use crate::identity::{DistinctId, Identity, OptOut};
use crate::ledger::Delivered;
use crate::panel::{Panel, PanelItem};
use crate::person::Person;
use crate::properties;
use crate::property::{GEOIP_DISABLE, PROCESS_PERSON_PROFILE, property};

/// The event property that names the groups.
const GROUPS: &str = "$groups";

/// A handler's connection to PostHog. Cloning it is cheap.
///
/// Only two methods wait for the network, both for a bounded time: [`PostHog::flags`] and [`PostHog::flush`].
#[derive(Clone)]
pub struct PostHog(Arc<Tracker>);

/// The fields of a [`PostHog`].
struct Tracker {
    client: Client,
    identity: Identity,
    person: Option<Arc<dyn Person>>,
    context: RequestContext,
    /// The context of errors if the person has opted out.
    without_person: Option<RequestContext>,
    request_id: Option<String>,
    page: Page,
    shared: FlagsAndGroups,
    panel: Panel,
}

/// The page that a request asks for.
#[derive(Clone, Copy)]
struct Page {
    /// Whether a person sees the page: the request is a `GET`, and no prefetch.
    is_viewed: bool,
    address: Address,
}

impl PostHog {
    /// The `PostHog` in a request's extensions.
    ///
    /// # Panics
    ///
    /// If no layer has put it there. [`layer::track`](crate::layer::track) does.
    pub fn of(extensions: &Extensions) -> Self {
        extensions
            .get::<Self>()
            .cloned()
            .expect("a layer gives each request its PostHog, see hoglet_posthog::layer::track")
    }

    /// Makes the `PostHog` of a request.
    ///
    /// `person` is the signed-in user. `properties` are the app's own, and each event of the request carries
    /// them.
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
        Self(Arc::new(Tracker {
            request_id: request.id.map(str::to_owned),
            ..Tracker::new(client, identity, person, context, page)
        }))
    }

    /// Makes the `PostHog` of work outside of a request, such as a background job.
    ///
    /// Its context has only `properties`. `request_id` is the id of the request that started the work.
    pub fn outside_request(
        client: &Client,
        identity: Identity,
        person: Option<Arc<dyn Person>>,
        request_id: Option<&str>,
        properties: Map<String, Value>,
    ) -> Self {
        // The server's location is not the person's.
        let context = property(RequestContext::new(), GEOIP_DISABLE, true);
        let without_person = context::with_all(context, properties);
        let id = identity.distinct_id.to_string();
        let context = context::of_identity(without_person.clone().distinct_id(id), &identity);
        let page = Page {
            is_viewed: false,
            address: Address::Plain,
        };
        Self(Arc::new(Tracker {
            without_person: Some(without_person),
            request_id: request_id.map(str::to_owned),
            ..Tracker::new(client, identity, person, context, page)
        }))
    }

    /// Puts a copy into a request's extensions, for handlers that take a [`PostHog`].
    ///
    /// Puts its context there too, for [`context::layer`].
    pub fn remember_in(&self, extensions: &mut Extensions) {
        extensions.insert(self.0.context.clone());
        extensions.insert(self.clone());
    }

    /// Does work with the request's context, for code in it that uses the SDK directly.
    ///
    /// It is [`context::layer`], for layers that have the `PostHog` itself.
    pub async fn in_context<T>(&self, work: impl Future<Output = T>) -> T {
        self.0.context.clone().scope(work).await
    }

    /// Captures an event of the request's person.
    ///
    /// If this request has evaluated flags before, the event carries them: `$feature/<key>` for each, and
    /// `$active_feature_flags`.
    ///
    /// Returns the event's id in PostHog, a UUIDv7. It is none if nothing is sent, because the person has
    /// opted out or PostHog is off.
    pub fn capture<E: TrackedEvent>(&self, event: E) -> Option<Uuid> {
        let mut properties = self.0.shared.flag_properties();
        properties.extend(properties::of(&event));
        self.send(E::NAME, properties)
    }

    /// Captures a `…_viewed` event, if the request is a `GET` and no prefetch.
    pub fn capture_view<E: TrackedEvent>(&self, event: E) -> Option<Uuid> {
        self.0.page.is_viewed.then(|| self.capture(event)).flatten()
    }

    /// A copy for the user that the request's visitor has become.
    ///
    /// It has a new context, because the visitor's has `$process_person_profile: false`. It does not keep the
    /// visitor's flags, because the user's may differ.
    pub fn as_user(&self, distinct_id: &str, person: Arc<dyn Person>) -> Self {
        let mut context = RequestContext::new().distinct_id(distinct_id);
        for (name, value) in self.context_properties() {
            context = property(context, &name, value);
        }
        let visitor = &*self.0;
        let identity = Identity {
            distinct_id: DistinctId::User(distinct_id.to_owned()),
            ..visitor.identity.clone()
        };
        Self(Arc::new(Tracker {
            without_person: visitor.without_person.clone(),
            request_id: visitor.request_id.clone(),
            shared: FlagsAndGroups::of(visitor.shared.groups()),
            panel: visitor.panel.clone(),
            ..Tracker::new(
                &visitor.client,
                identity,
                Some(person),
                context,
                visitor.page,
            )
        }))
    }

    /// Tells PostHog which visitor this user was.
    ///
    /// Call it on the result of [`PostHog::as_user`]: PostHog ignores an `$identify` with
    /// `$process_person_profile: false`.
    pub fn identify(&self, person: &dyn Person, visitor: &Visitor) -> Delivered {
        let event = self.event("$identify", identify_properties(person, visitor));
        self.0.client.capture_and_tell(event, Utc::now())
    }

    /// Sets person properties from the user's current data.
    pub fn set_person(&self, person: &dyn Person) -> Option<Uuid> {
        let properties = json!({ "$set": person.properties() });
        self.send("$set", properties::of(&properties))
    }

    /// Gives this user another distinct id, such as a device's or an older system's.
    ///
    /// The person with the id `alias` becomes part of the user's person. PostHog refuses some ids, see
    /// [`Client::alias`]. Returns the event's id; none if nothing is sent.
    ///
    /// A visitor has no person in PostHog. For a visitor nothing is sent, and the log has a warning.
    pub fn alias(&self, alias: &str) -> Option<Uuid> {
        if !self.0.identity.distinct_id.is_user() {
            tracing::warn!("alias: nothing is sent, because nobody is signed in; log in first");
            return None;
        }
        let event = alias_event(&self.0.identity.distinct_id.to_string(), alias)?;
        let about = event.properties().clone().into_iter().collect();
        self.send("$create_alias", about)
    }

    /// Waits until everything captured so far is delivered, see [`Client::flush`].
    ///
    /// A request that calls this waits for PostHog. Other requests do not.
    pub async fn flush(&self, within: Duration) -> bool {
        self.0.client.flush(within).await
    }

    /// The visitor id of this browser, even if a user is signed in.
    pub fn visitor_id(&self) -> Uuid {
        self.0.identity.visitor_id
    }

    /// The app's connection to PostHog.
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// The visitor or user of the request.
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// The request's id, which its answer shows.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether this person has opted out. Then only errors are captured, without a person.
    pub fn opted_out(&self) -> bool {
        self.0.identity.opted_out()
    }

    /// Whether the browser opts out (`Sec-GPC: 1`). Then the app's own switch has no effect.
    pub fn opt_out_forced(&self) -> bool {
        self.0.identity.opt_out == OptOut::Forced
    }

    /// Collects the request's events and flags for the panel; only in development.
    pub fn panel(&self) -> &Panel {
        &self.0.panel
    }

    fn send(&self, name: &'static str, properties: Map<String, Value>) -> Option<Uuid> {
        if self.0.identity.opted_out() {
            return None;
        }
        let uuid = Uuid::now_v7();
        self.0
            .client
            .capture(self.event_with(uuid, name, properties));
        self.0.client.enabled().then_some(uuid)
    }

    /// Makes an event of the request, and adds it to the panel.
    fn event(&self, name: &'static str, properties: Map<String, Value>) -> Event {
        self.event_with(Uuid::now_v7(), name, properties)
    }

    fn event_with(&self, uuid: Uuid, name: &'static str, properties: Map<String, Value>) -> Event {
        self.remember(name, uuid);
        let mut event = Event::new(name.to_owned(), self.0.identity.distinct_id.to_string());
        // Not `Event::add_group`, which would create a person for a visitor.
        if let Some(groups) = self.0.shared.groups().property() {
            insert_all(&mut event, Map::from_iter([(GROUPS.to_owned(), groups)]));
        }
        insert_all(&mut event, properties);
        self.0.context.apply_to_event(&mut event);
        event.set_uuid(uuid);
        event
    }

    /// Adds an event to the panel.
    fn remember(&self, name: &str, uuid: Uuid) {
        if !self.0.panel.is_shown() {
            return;
        }
        let id = &self.0.identity.distinct_id;
        let (person_kind, distinct_id) = match id {
            // After an opt-out only errors are captured, without a person.
            _ if self.0.identity.opted_out() => ("nobody", String::new()),
            DistinctId::User(_) => ("user", id.to_string()),
            DistinctId::Visitor(_) => ("visitor", id.to_string()),
            DistinctId::Header(_) => ("client", id.to_string()),
        };
        self.0.panel.add(PanelItem::Event {
            name: name.to_owned(),
            uuid: uuid.to_string(),
            person_kind: person_kind.to_owned(),
            distinct_id,
            sent: self.0.client.enabled(),
        });
    }

    /// The context's properties, without `$process_person_profile`.
    fn context_properties(&self) -> Vec<(String, Value)> {
        let mut event = Event::new("", "");
        self.0.context.apply_to_event(&mut event);
        let properties = event
            .properties()
            .iter()
            .filter(|(name, _)| *name != PROCESS_PERSON_PROFILE);
        properties
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

impl Tracker {
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
            identity,
            person,
            context,
            without_person: None,
            request_id: None,
            page,
            shared: FlagsAndGroups::default(),
        }
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
