//! Sessions: values of a visitor or a user that last from request to request.
//!
//! Handlers use [`Session`]. `layers::sessions` loads and saves it, and [`store`] keeps it in the app's
//! database, in the table of [`model`]. An app declares a [`Key`] for each value of its own.

pub mod flash;
pub mod handle;
pub mod key;
pub mod lifetime;
pub mod model;
pub mod signed_in;
pub mod store;
pub mod user_agent;
pub mod users;

pub use flash::{Flash, FlashLevel};
pub use handle::Session;
pub use key::Key;
pub use lifetime::Remember;
