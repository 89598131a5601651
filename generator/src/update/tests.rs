//! Tests of the plan and of its verification, with small trees.

mod fixture;
mod plan;
mod verify;
