//! What every Hoglet app shares.

mod version;

pub use version::version;
