//! `hoglet generate`: writes a resource, a page, a job and other parts into an app.
//!
//! ```text
//! arguments → request → plan → the files as they would be → write, all or nothing → journal → report
//! ```

pub mod facts;
pub mod field;
pub mod journal;
pub mod kinds;
pub mod name;
pub mod plan;
pub mod request;
pub mod reserved;
pub mod splice;
pub mod templates;
