//! [`Places`]: the places for an app's own layers.

use std::any::type_name;
use std::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route;
use tower::{Layer, Service};

/// An app's own layers, at three places.
///
/// Each layer is made from the app's state. If one place has two layers, the first one is the outer one.
///
/// ```
/// use axum::extract::{Request, State};
/// use axum::middleware::{Next, from_fn, from_fn_with_state};
/// use axum::response::Response;
/// use hoglet_web::layers::Places;
///
/// # #[derive(Clone)]
/// # struct AppState;
/// async fn no_index(request: Request, next: Next) -> Response {
///     next.run(request).await
/// }
///
/// async fn tenant(State(_): State<AppState>, request: Request, next: Next) -> Response {
///     next.run(request).await
/// }
///
/// let places = Places::<AppState>::default()
///     .outermost(|_| from_fn(no_index))
///     .innermost(|state| from_fn_with_state(state.clone(), tenant));
/// ```
pub struct Places<S = ()> {
    pub(super) outermost: Place<S>,
    pub(super) around_pages: Place<S>,
    pub(super) innermost: Place<S>,
}

/// One place, with its layers.
pub(super) struct Place<S> {
    name: &'static str,
    why: &'static str,
    layers: Vec<NamedLayer<S>>,
}

/// A layer of the app.
struct NamedLayer<S> {
    name: &'static str,
    apply: Apply<S>,
}

/// Makes the layer from the state, and puts it around a router.
type Apply<S> = Box<dyn FnOnce(Router, &S) -> Router>;

impl<S> Default for Places<S> {
    fn default() -> Self {
        let place = |name, why| Place {
            name,
            why,
            layers: Vec::new(),
        };
        Self {
            outermost: place(
                "(outermost)",
                "Place for the app's layers: every request, those for assets too.",
            ),
            around_pages: place(
                "(around_pages)",
                "Place for the app's layers: pages and the API only, no session yet.",
            ),
            innermost: place(
                "(innermost)",
                "Place for the app's layers: session, user, PostHog and body are there.",
            ),
        }
    }
}

impl<S: 'static> Places<S> {
    /// Adds a layer that sees every request: pages, assets, health checks, the proxy.
    ///
    /// It may change every header. It should let requests pass, because the layers that log errors, turn
    /// errors into pages and catch panics are inside it.
    #[must_use]
    pub fn outermost<L: AppLayer>(mut self, layer: impl FnOnce(&S) -> L + 'static) -> Self {
        self.outermost.add(layer);
        self
    }

    /// Adds a layer that sees requests for pages and the API, before the session is loaded.
    ///
    /// It can answer a request without loading a session. Its errors become pages.
    #[must_use]
    pub fn around_pages<L: AppLayer>(mut self, layer: impl FnOnce(&S) -> L + 'static) -> Self {
        self.around_pages.add(layer);
        self
    }

    /// Adds a layer directly around the handlers. It can read the session, the user and their PostHog.
    #[must_use]
    pub fn innermost<L: AppLayer>(mut self, layer: impl FnOnce(&S) -> L + 'static) -> Self {
        self.innermost.add(layer);
        self
    }
}

impl<S: Clone + 'static> Places<S> {
    /// Gives the layers the app's state.
    pub fn with_state(self, state: &S) -> Places {
        Places {
            outermost: self.outermost.with_state(state),
            around_pages: self.around_pages.with_state(state),
            innermost: self.innermost.with_state(state),
        }
    }
}

impl<S: 'static> Place<S> {
    fn add<L: AppLayer>(&mut self, layer: impl FnOnce(&S) -> L + 'static) {
        self.layers.push(NamedLayer {
            name: name_of(type_name::<L>()),
            apply: Box::new(move |router, state| router.layer(layer(state))),
        });
    }
}

impl<S: Clone + 'static> Place<S> {
    fn with_state(self, state: &S) -> Place<()> {
        let layers = self.layers.into_iter().map(|NamedLayer { name, apply }| {
            let state = state.clone();
            NamedLayer {
                name,
                apply: Box::new(move |router, _: &()| apply(router, &state)),
            }
        });
        Place {
            name: self.name,
            why: self.why,
            layers: layers.collect(),
        }
    }
}

impl<S> Place<S> {
    /// The place's name and its layers' names, each with the text to print beside it.
    pub(super) fn lines(&self) -> Vec<(String, &'static str)> {
        let mut lines = vec![(self.name.to_owned(), self.why)];
        let own = self.layers.iter();
        lines.extend(own.map(|layer| (format!("  {}", layer.name), "A layer of this app.")));
        lines
    }
}

impl Place<()> {
    pub(super) fn around(self, router: Router) -> Router {
        let mut layers = self.layers;
        layers.reverse();
        layers
            .into_iter()
            .fold(router, |router, layer| (layer.apply)(router, &()))
    }
}

/// A layer that [`Router::layer`] accepts: axum's `from_fn`, and layers of tower and tower-http.
pub trait AppLayer:
    Layer<
        Route,
        Service: Service<
            Request,
            Response: IntoResponse + 'static,
            Error: Into<Infallible> + 'static,
            Future: Send + 'static,
        > + Clone
                     + Send
                     + Sync
                     + 'static,
    > + Clone
    + Send
    + Sync
    + 'static
{
}

impl<L> AppLayer for L
where
    L: Layer<Route> + Clone + Send + Sync + 'static,
    L::Service: Service<Request> + Clone + Send + Sync + 'static,
    <L::Service as Service<Request>>::Response: IntoResponse + 'static,
    <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
    <L::Service as Service<Request>>::Future: Send + 'static,
{
}

/// The last part of a type's name. For `from_fn`, it is the name of the function.
fn name_of(layer: &'static str) -> &'static str {
    let (outer, inner) = layer.split_once('<').unwrap_or((layer, ""));
    let path = if outer.ends_with("::FromFnLayer") {
        inner.split([',', '<']).next().unwrap_or(outer)
    } else {
        outer
    };
    path.rsplit("::").next().unwrap_or(path)
}
