//! `use crate::prelude::*;`: Hoglet's prelude, and the app's most used names.

pub use hoglet_web::prelude::*;

pub use crate::forms::{self, Errors};
pub use crate::models::user;
pub use crate::state::AppState;

/// The signed-in user.
///
/// A handler with this argument sends visitors to the log-in page. A handler with
/// `Option<CurrentUser>` is for visitors too.
pub type CurrentUser = hoglet_web::current_user::CurrentUser<user::Model>;
