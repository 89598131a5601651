//! What every page knows, besides what Hoglet tells it (`vendor/hoglet-web/README.md` lists that). One
//! more name in the `context!` is one more variable of every template.

use axum::http::Extensions;
use hoglet_web::session::signed_in;
use minijinja::{Value, context};

use crate::models::user;

/// The variables of every template, from what layers have left with the request.
pub fn every_page(request: &Extensions) -> Value {
    let user = signed_in::user::<user::Model>(request).map(|user| {
        context! {
            id => user.id.to_string(),
            name => &user.name,
            email => user.email.for_people(),
            email_confirmed => user.email_confirmed_at.is_some(),
        }
    });
    context! { user }
}
