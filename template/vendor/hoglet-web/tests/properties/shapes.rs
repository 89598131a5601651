//! Events of any shape.

use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use axum::{Extension, Json, Router};
use hoglet_web::chain::{Chain, Function};
use hoglet_web::layers::cookies::cookies;
use hoglet_web::layers::identify::identify;
use hoglet_web::layers::request::describe;
use hoglet_web::layers::sessions::sessions;
use hoglet_web::posthog::{PostHog, TrackedEvent};
use proptest::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{DEVELOPMENT, RUNTIME, config};

/// Any shape that serde knows, of any depth, and values that cannot be serialized.
#[derive(Clone, Debug)]
enum Shape {
    Json(Value),
    Text(String),
    /// A map whose keys are not text.
    Map(Vec<(Shape, Shape)>),
    List(Vec<Shape>),
    Unit,
    None,
    Number(f64),
    Large(u128),
    Bytes(Vec<u8>),
    Variant(Box<Shape>),
    Refused(String),
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Json(value) => value.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Map(entries) => {
                serializer.collect_map(entries.iter().map(|(key, value)| (key, value)))
            }
            Self::List(items) => serializer.collect_seq(items),
            Self::Unit => serializer.serialize_unit_struct("OrderCancelled"),
            Self::None => serializer.serialize_none(),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Large(number) => serializer.serialize_u128(*number),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Self::Variant(inside) => {
                serializer.serialize_newtype_variant("Order", 0, "Cancelled", inside)
            }
            Self::Refused(reason) => Err(serde::ser::Error::custom(reason)),
        }
    }
}

impl TrackedEvent for Shape {
    const NAME: &'static str = "order_cancelled";
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Unit),
        Just(Shape::None),
        any::<String>().prop_map(Shape::Text),
        any::<f64>().prop_map(Shape::Number),
        any::<u128>().prop_map(Shape::Large),
        any::<Vec<u8>>().prop_map(Shape::Bytes),
        any::<String>().prop_map(Shape::Refused),
        any::<String>().prop_map(|text| Shape::Json(json!({ text: [null, true, 1] }))),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec((inner.clone(), inner.clone()), 0..5).prop_map(Shape::Map),
            prop::collection::vec(inner.clone(), 0..5).prop_map(Shape::List),
            inner.prop_map(|inside| Shape::Variant(Box::new(inside))),
        ]
    })
}

/// The events that a page shows after it has joined a group and captured an event.
fn captured(shape: Shape) -> Vec<Value> {
    let page = get(
        async |posthog: PostHog, Extension(shape): Extension<Shape>| {
            posthog.with_group("company", "acme", shape.clone());
            posthog.capture(shape);
            Json(posthog.captured())
        },
    );
    const LAYERS: &[Function] = &[describe, cookies, sessions, identify];
    let layers = Chain::new(&DEVELOPMENT, LAYERS);
    let router = Router::new().route("/", page).layer(layers);
    let mut request = Request::new(Body::empty());
    request.extensions_mut().insert(shape);
    RUNTIME.block_on(async {
        let response = router.oneshot(request).await.unwrap();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        serde_json::from_slice(&body.unwrap()).unwrap()
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_event_of_any_shape_is_captured(shape in shape()) {
        let captured = captured(shape);
        let names: Vec<_> = captured.iter().map(|entry| entry["name"].as_str().unwrap()).collect();
        prop_assert_eq!(names.last(), Some(&"order_cancelled"));
    }
}
