//! Tests of the plan, of its verification, and of the order in which files are written.

mod fixture;
mod order;
mod plan;
mod verify;
