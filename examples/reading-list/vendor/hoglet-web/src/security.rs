//! The content security policy.

pub mod policy;

pub use policy::ContentSecurityPolicy;
pub(crate) use policy::OwnPolicy;
