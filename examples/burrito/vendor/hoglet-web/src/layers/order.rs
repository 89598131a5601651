//! The order of Hoglet's layers, from the outside in. Each list is a part of the stack, and the
//! command `layers` prints it.

use axum::Router;

use super::{
    capture_errors, compression, cookies, identify, just_captured, request, security, sessions,
};
use crate::chain::{Chain, Function};
use crate::web::Web;
use crate::{error_pages, logging, panics};

/// A part of the stack of layers.
pub(super) struct Layers {
    /// Each layer's name, and one line with its reason.
    pub lines: &'static [(&'static str, &'static str)],
    functions: &'static [Function],
}

impl Layers {
    /// Puts the layers around a router. The first layer is the outermost one.
    pub fn around(&self, router: Router, web: &Web) -> Router {
        router.layer(Chain::new(web, self.functions))
    }
}

/// Makes [`Layers`] from one list of reasons, names and functions.
macro_rules! layers {
    ($list:ident { $(#[doc = $why:literal] $name:ident: $function:path,)* }) => {
        pub(super) const $list: Layers = Layers {
            lines: &[$((stringify!($name), $why),)*],
            functions: &[$($function,)*],
        };
    };
}

// Around the router itself, because this layer changes the path before the router chooses a route.
layers!(AROUND_THE_ROUTER {
    /// Gives the request its id, finds the client's address, drops a trailing slash.
    describe: request::describe,
});

layers!(AROUND_ROUTES {
    /// Writes one line to the log; lines from inside carry the request's fields.
    log_request: logging::log_request,
    /// Adds the security headers, refuses other hosts, sends http to https.
    security_headers: security::headers,
    /// Renders errors that arise outside of pages.
    error_pages: error_pages::error_pages,
    /// Captures these errors.
    capture_errors: capture_errors::capture_errors,
    /// Answers a panic with an error, so that the connection stays open.
    catch_panics: panics::catch,
    /// Refuses forms and calls that another site makes a browser send (CSRF).
    cross_site: security::cross_site,
    /// Lets the front ends of ALLOWED_ORIGINS change nothing outside of /api/.
    api_only: security::api_only,
});

layers!(AROUND_PAGES {
    /// Answers 503 when a page takes longer than REQUEST_TIMEOUT_SECONDS.
    timeout: request::timeout,
    /// Compresses pages for clients that take gzip.
    compression: compression::compression,
    /// Lets the front ends of ALLOWED_ORIGINS call /api/ (CORS).
    cross_origin: security::cross_origin,
    /// Drops cookies that another host may have set under the names of ours.
    drop_disguised_cookies: cookies::drop_disguised,
    /// Reads cookies, and sends those that were changed.
    cookies: cookies::cookies,
    /// Loads the session with its user, and stores what was changed.
    sessions: sessions::sessions,
    /// Determines the request's distinct id, and the properties of its events.
    identify: identify::identify,
    /// Lists in pages the events that were just captured, in development only.
    just_captured: just_captured::just_captured,
    /// Renders errors as pages, with the user's name and navigation.
    error_pages: error_pages::error_pages,
    /// Captures errors for the request's person.
    capture_errors: capture_errors::capture_errors,
    /// Gives the request's properties to everything that PostHog's SDK captures.
    context: identify::context,
    /// Turns a panic into an error while the person is still known.
    catch_panics: panics::catch,
    /// Answers with an error when the session could not be read.
    readable_session: sessions::readable,
    /// Refuses bodies that are larger than the app allows.
    body_limit: request::body_limit,
    /// Reads the whole body first, so that a slow client keeps no handler waiting.
    buffer_body: request::buffer_body,
});
