//! The demo's pages. They go when the demo goes.

mod burrito;
mod burritos;
mod dashboard;
mod errors;
mod errors_in_production;
mod groups;
