//! The app's variables for every template.
//!
//! `vendor/hoglet-web/README.md` lists the variables that Hoglet adds.

use axum::http::Extensions;
use hoglet_web::session::signed_in;

use crate::features::FEATURES;
use crate::prelude::*;

/// The variables. Add a new one to the last `context!`.
pub fn every_page(request: &Extensions) -> Value {
    let user = signed_in::user::<user::Model>(request).map(|user| {
        context! {
            id => user.id.to_string(),
            name => &user.name,
            email => user.email.for_people(),
            email_confirmed => user.email_confirmed_at.is_some(),
        }
    });
    context! { user, navigation => FEATURES.navigation() }
}
