//! The pages of the demo. They go when the demo goes.

mod burrito;
mod burritos;
mod dashboard;
mod errors;
mod groups;
