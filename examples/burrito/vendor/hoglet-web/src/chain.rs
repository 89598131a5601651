//! [`Chain`]: Hoglet's layers around a route. They call each other through [`Next`].
//!
//! axum's `from_fn` copies and boxes the whole rest of the stack at each layer, for each request, so a request
//! would pay for the square of the number of layers. A [`Next`] is moved from layer to layer.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::Route;
use futures_core::future::BoxFuture;
use tower::{Layer, Service};

use crate::web::Web;

/// A layer of Hoglet. It calls [`Next::run`], or answers the request itself.
pub type Function = fn(Request, Next) -> BoxFuture<'static, Response>;

/// Layers around each route of a router. The first one is the outermost.
#[derive(Clone)]
pub struct Chain {
    web: Web,
    layers: &'static [Function],
}

impl Chain {
    /// These layers, which all read the same [`Web`].
    pub fn new(web: &Web, layers: &'static [Function]) -> Self {
        let web = web.clone();
        Self { web, layers }
    }
}

impl Layer<Route> for Chain {
    type Service = Next;

    fn layer(&self, route: Route) -> Next {
        Next {
            web: self.web.clone(),
            layers: self.layers,
            route: Arc::new(route),
        }
    }
}

/// The rest of a [`Chain`]: the layers inside the current one, and the route.
#[derive(Clone)]
pub struct Next {
    web: Web,
    layers: &'static [Function],
    route: Arc<Route>,
}

impl Next {
    /// Everything that layers and handlers share.
    pub fn web(&self) -> &Web {
        &self.web
    }

    /// Runs the next layer, or else the route.
    pub fn run(mut self, request: Request) -> BoxFuture<'static, Response> {
        if let Some((next, rest)) = self.layers.split_first() {
            self.layers = rest;
            return next(request, self);
        }
        let answer = Route::clone(&self.route).call(request);
        Box::pin(async move {
            let Ok(response) = answer.await;
            response
        })
    }

    /// Lets a layer of tower handle the request, with `self` as its inner service.
    pub fn run_in<L>(self, layer: &L, request: Request) -> BoxFuture<'static, Response>
    where
        L: Layer<Self>,
        L::Service: Service<Request, Error = Infallible>,
        <L::Service as Service<Request>>::Response: IntoResponse,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let answer = layer.layer(self).call(request);
        Box::pin(async move {
            let Ok(response) = answer.await;
            response.into_response()
        })
    }
}

impl<B> Service<Request<B>> for Next
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answer {
        Answer(self.clone().run(request.map(Body::new)))
    }
}

/// The future answer of a [`Next`], as tower needs it: a result that is never an error.
pub struct Answer(BoxFuture<'static, Response>);

impl Future for Answer {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context).map(Ok)
    }
}
