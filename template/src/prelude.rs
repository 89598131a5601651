//! `use crate::prelude::*;`: Hoglet's prelude, and the app's own names that most files need.

pub use hoglet_web::prelude::*;

pub use crate::current_user::CurrentUser;
pub use crate::forms::{self, Errors};
pub use crate::models::user;
pub use crate::state::AppState;
