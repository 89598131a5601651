//! The content security policy, and requests for pages of other sites.

pub mod other_sites;
pub mod policy;

pub use other_sites::OtherSites;
pub(crate) use policy::OwnPolicy;
pub use policy::{ContentSecurityPolicy, PolicyText};
