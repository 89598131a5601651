//! The pages of the demo. Delete these tests together with the demo.

mod burrito;
mod burritos;
mod dashboard;
mod errors;
mod groups;
