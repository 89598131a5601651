//! The layers around an app's pages.
//!
//! [`around`] puts them there. The command `layers` prints their order.

use axum::Router;

use crate::chain::Chain;
use crate::routes::{besides_pages, development, not_found};
use crate::web::Web;

pub mod capture_errors;
pub mod compression;
pub mod cookies;
pub mod identify;
pub mod just_captured;
mod order;
mod places;
mod refused;
pub mod request;
pub mod security;
pub mod sessions;

use order::Layers;
pub use places::{AppLayer, Places};

/// Puts all layers around an app's pages, and adds the routes that every app has.
///
/// `places` holds the app's own layers. [`in_order`] lists all of them.
pub fn around(pages: Router, web: &Web, places: Places) -> Router {
    let Places {
        outermost,
        around_pages,
        innermost,
    } = places;
    let pages = innermost.around(pages.fallback(not_found));
    let pages = order::AROUND_PAGES.around(pages, web);
    let pages = around_pages.around(pages);

    // Assets, health checks and the proxy need no cookies, sessions and events.
    let routes = order::AROUND_ROUTES.around(pages.merge(besides_pages(web)), web);
    let routes = outermost.around(routes);

    // Open pages request these routes all the time, so they are not logged. Requests for other hosts
    // are refused.
    let development = development(web).layer(Chain::new(web, &[security::headers]));

    let app = Router::new().fallback_service(routes.merge(development));
    order::AROUND_THE_ROUTER.around(app, web)
}

/// Every layer from the outside in, with its name and reason: Hoglet's, and the app's at their
/// places.
pub fn in_order<S>(places: &Places<S>) -> Vec<(String, &'static str)> {
    let hoglets = |layers: Layers| {
        let lines = layers.lines.iter();
        lines
            .map(|(name, why)| ((*name).to_owned(), why.trim()))
            .collect()
    };
    [
        hoglets(order::AROUND_THE_ROUTER),
        places.outermost.lines(),
        hoglets(order::AROUND_ROUTES),
        places.around_pages.lines(),
        hoglets(order::AROUND_PAGES),
        places.innermost.lines(),
    ]
    .concat()
}
