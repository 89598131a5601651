//! The order of Hoglet's layers, from the outside in. Each list builds its part of the stack, and
//! the command `layers` prints it.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower::ServiceBuilder;
use tower::util::{MapRequestLayer, option_layer};

use super::{capture_errors, identify, just_captured, request, security, sessions};
use crate::posthog::context;
use crate::session::signed_in;
use crate::web::Web;
use crate::{compression, cookies, error_pages, logging, panics};

/// A layer's name, and one line with its reason.
pub(super) struct Layer {
    pub name: &'static str,
    pub why: &'static str,
}

/// Builds two items from one list: a constant and a function.
///
/// The constant has the names and reasons. The function puts the layers around a router. The first
/// layer is the outermost one.
macro_rules! layers {
    ($list:ident, fn $around:ident($web:ident) {
        $(#[doc = $why:literal] $name:ident: $layer:expr,)*
    }) => {
        pub(super) const $list: &[Layer] =
            &[$(Layer { name: stringify!($name), why: $why },)*];

        pub(super) fn $around(router: Router, $web: &Web) -> Router {
            router.layer(ServiceBuilder::new()$(.layer($layer))*)
        }
    };
}

// Around the router itself, because this layer changes the path before the router chooses a route.
layers!(AROUND_THE_ROUTER, fn around_the_router(web) {
    /// Gives the request its id, finds the client's address, drops a trailing slash.
    describe: from_fn_with_state(web.clone(), request::describe),
});

layers!(AROUND_ROUTES, fn around_routes(web) {
    /// Writes one line to the log; lines from inside carry the request's fields.
    log_request: from_fn_with_state(web.clone(), logging::log_request),
    /// Adds the security headers, refuses other hosts, sends http to https.
    security_headers: from_fn_with_state(web.clone(), security::headers),
    /// Renders errors that arise outside of pages.
    error_pages: from_fn_with_state(web.clone(), error_pages::error_pages),
    /// Captures these errors.
    capture_errors: from_fn_with_state(web.clone(), capture_errors::capture_errors),
    /// Answers a panic with an error, so that the connection stays open.
    catch_panics: panics::catch(),
    /// Keeps the cause of a panic for the layer above.
    keep_panics: from_fn(panics::in_request),
    /// Refuses forms and calls that another site makes a browser send (CSRF).
    cross_site: security::cross_site(&web.settings),
    /// Lets the front ends of ALLOWED_ORIGINS change nothing outside of /api/.
    api_only: from_fn_with_state(web.clone(), security::api_only),
});

layers!(AROUND_PAGES, fn around_pages(web) {
    /// Answers 503 when a page takes longer than REQUEST_TIMEOUT_SECONDS.
    timeout: from_fn_with_state(web.clone(), request::timeout),
    /// Leaves pages as they are for clients that do not take gzip.
    accept_gzip: MapRequestLayer::new(compression::gzip_or_nothing),
    /// Compresses pages.
    compression: compression::pages(),
    /// Lets the front ends of ALLOWED_ORIGINS call /api/ (CORS).
    cross_origin: option_layer(security::cross_origin(&web.settings)),
    /// Drops cookies that another host may have set under the names of ours.
    drop_disguised_cookies: from_fn(cookies::drop_disguised),
    /// Reads cookies, and sends those that were changed.
    cookies: cookies::manager(),
    /// Loads the session with its user, and stores what was changed.
    sessions: from_fn_with_state(web.clone(), sessions::sessions),
    /// Determines the request's distinct id, and the properties of its events.
    identify: from_fn_with_state(web.clone(), identify::identify),
    /// Lists in pages the events that were just captured, in development only.
    just_captured: option_layer(
        web.settings
            .development()
            .then(|| from_fn_with_state(web.clone(), just_captured::just_captured)),
    ),
    /// Renders errors as pages, with the user's name and navigation.
    error_pages: from_fn_with_state(web.clone(), error_pages::error_pages),
    /// Captures errors for the request's person.
    capture_errors: from_fn_with_state(web.clone(), capture_errors::capture_errors),
    /// Gives the request's properties to everything that PostHog's SDK captures.
    context: context::layer(),
    /// Turns a panic into an error while the person is still known.
    catch_panics: panics::catch(),
    /// Answers with an error when the session could not be read.
    readable_session: from_fn(signed_in::readable),
    /// Refuses bodies that are larger than the app allows.
    body_limit: request::body_limit(web.parts.body_limit),
});

layers!(AROUND_HANDLERS, fn around_handlers(_web) {
    /// Reads the whole body first, so that a slow client keeps no handler waiting.
    buffer_body: from_fn(request::buffer_body),
});
