//! Sessions: what is kept of a visitor or a user from request to request.
//!
//! [`Session`] is what handlers use; `layers::sessions` loads and stores it, and [`store`] keeps it in the
//! app's database, in the table of [`model`]. A value of the app's own has a [`Key`].

pub mod agent;
pub mod flash;
pub mod handle;
pub mod key;
pub mod lifetime;
pub mod model;
pub mod signed_in;
pub mod store;
pub mod users;

pub use flash::{Flash, FlashLevel};
pub use handle::Session;
pub use key::Key;
pub use lifetime::Remember;
