//! Events of any shape: their properties, and that capturing them never fails.

use std::collections::BTreeMap;

use axum::Router;
use axum::routing::get;
use hoglet_web::posthog::{PostHog, TrackedEvent};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::club::router_with;
use crate::support::App;

#[derive(Clone)]
struct Shape<T>(T);

impl<T: Serialize> Serialize for Shape<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: Serialize> TrackedEvent for Shape<T> {
    const NAME: &'static str = "order_cancelled";
}

#[derive(Clone, Serialize)]
struct Unit;
#[derive(Clone, Serialize)]
struct Named {
    order: u32,
}
#[derive(Clone, Serialize)]
struct Tuple(u32, &'static str);
#[derive(Clone, Serialize)]
enum Choice {
    Plain,
    Tuple(u32, u32),
    Named { reason: &'static str },
}

#[derive(Clone)]
struct Broken;

impl Serialize for Broken {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it is broken"))
    }
}

/// The event that arrives when a page captures an event of this shape.
async fn arrives<T: Serialize + Clone + Send + Sync + 'static>(shape: T) -> Value {
    let page = get(async move |posthog: PostHog| {
        posthog.capture(Shape(shape));
    });
    let pages = Router::new().route("/order", page);
    let app = App::with_router(&[], |web| router_with(pages, web)).await;
    app.browser().get("/order").await;
    let event = app.event("order_cancelled").await;
    let sdks_or_ours =
        |name: &str| name.starts_with('$') || ["environment", "release"].contains(&name);
    let own = event.properties.into_iter();
    own.filter(|(name, _)| !sdks_or_ours(name)).collect()
}

#[tokio::test]
async fn names_become_properties() {
    assert_eq!(arrives(Named { order: 7 }).await, json!({ "order": 7 }));
    let map = BTreeMap::from([("order", 7)]);
    assert_eq!(arrives(map).await, json!({ "order": 7 }));
    let by_number = BTreeMap::from([(7, "seven")]);
    assert_eq!(arrives(by_number).await, json!({ "7": "seven" }));
    let named = Choice::Named { reason: "late" };
    assert_eq!(
        arrives(named).await,
        json!({ "Named": { "reason": "late" } })
    );
}

#[tokio::test]
async fn an_event_without_field_names_has_no_properties() {
    assert_eq!(arrives(Unit).await, json!({}));
    assert_eq!(arrives(()).await, json!({}));
    assert_eq!(arrives(None::<Named>).await, json!({}));
    assert_eq!(arrives(Tuple(7, "late")).await, json!({}));
    assert_eq!(arrives([1, 2, 3]).await, json!({}));
    assert_eq!(arrives("late").await, json!({}));
    assert_eq!(arrives(Choice::Plain).await, json!({}));
    assert_eq!(arrives(BTreeMap::from([((1, 2), 3)])).await, json!({}));
    assert_eq!(arrives(Broken).await, json!({}));
    let inside = json!({ "order": 7 });
    assert_eq!(arrives((inside, Broken)).await, json!({}));
    let one_of_two = arrives(Choice::Tuple(1, 2)).await;
    assert_eq!(one_of_two, json!({ "Tuple": [1, 2] }));
}
