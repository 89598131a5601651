//! Events of any shape: what they carry, and that capturing them never fails.

use std::collections::BTreeMap;

use hoglet_web::posthog::PostHog;
use hoglet_web::posthog::events::TrackedEvent;
use hoglet_web::posthog::identity::{Identity, Person};
use posthog_rs::RequestContext;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{App, People, Person};

struct Shape<T>(T);

impl<T: Serialize> Serialize for Shape<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: Serialize> TrackedEvent for Shape<T> {
    const NAME: &'static str = "order_cancelled";
}

#[derive(Serialize)]
struct Unit;
#[derive(Serialize)]
struct Named {
    order: u32,
}
#[derive(Serialize)]
struct Tuple(u32, &'static str);
#[derive(Serialize)]
enum Choice {
    Plain,
    Tuple(u32, u32),
    Named { reason: &'static str },
}

struct Broken;

impl Serialize for Broken {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it is broken"))
    }
}

/// What arrives of an event of this shape, of its own.
async fn arrives<T: Serialize>(app: &App, shape: T) -> Value {
    let id = Uuid::new_v4();
    let identity = Identity {
        person: Person::Visitor(id),
        visitor_id: id,
        opted_out: false,
        opt_out_forced: false,
    };
    let client = app.web.posthog.clone();
    let posthog = PostHog::new(client, identity, RequestContext::new(), "", None, true);
    posthog.capture(Shape(shape));
    let events = app.events_named("order_cancelled").await;
    let event = events
        .into_iter()
        .find(|event| event.distinct_id == id.to_string())
        .unwrap();
    let sdks_or_ours =
        |name: &str| name.starts_with('$') || ["environment", "release"].contains(&name);
    let own = event.properties.into_iter();
    own.filter(|(name, _)| !sdks_or_ours(name)).collect()
}

#[tokio::test]
async fn names_become_properties() {
    let app = App::start().await;
    assert_eq!(
        arrives(&app, Named { order: 7 }).await,
        json!({ "order": 7 })
    );
    let map = BTreeMap::from([("order", 7)]);
    assert_eq!(arrives(&app, map).await, json!({ "order": 7 }));
    let by_number = BTreeMap::from([(7, "seven")]);
    assert_eq!(arrives(&app, by_number).await, json!({ "7": "seven" }));
    let named = Choice::Named { reason: "late" };
    assert_eq!(
        arrives(&app, named).await,
        json!({ "Named": { "reason": "late" } })
    );
}

#[tokio::test]
async fn what_has_no_names_is_captured_without_properties() {
    let app = App::start().await;
    assert_eq!(arrives(&app, Unit).await, json!({}));
    assert_eq!(arrives(&app, ()).await, json!({}));
    assert_eq!(arrives(&app, None::<Named>).await, json!({}));
    assert_eq!(arrives(&app, Tuple(7, "late")).await, json!({}));
    assert_eq!(arrives(&app, [1, 2, 3]).await, json!({}));
    assert_eq!(arrives(&app, "late").await, json!({}));
    assert_eq!(arrives(&app, Choice::Plain).await, json!({}));
    assert_eq!(
        arrives(&app, BTreeMap::from([((1, 2), 3)])).await,
        json!({})
    );
    assert_eq!(arrives(&app, Broken).await, json!({}));
    let inside = json!({ "order": 7 });
    assert_eq!(arrives(&app, (inside, Broken)).await, json!({}));
    let one_of_two = arrives(&app, Choice::Tuple(1, 2)).await;
    assert_eq!(one_of_two, json!({ "Tuple": [1, 2] }));
}
