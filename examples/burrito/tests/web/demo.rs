//! The demo's pages. They go when the demo goes.

mod burrito;
mod dashboard;
mod errors;
mod groups;
