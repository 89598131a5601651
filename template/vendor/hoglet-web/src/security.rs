//! Headers that keep browsers safe, and requests from elsewhere.

pub mod policy;

pub use policy::ContentSecurityPolicy;
pub(crate) use policy::OwnPolicy;
