//! Tests of the plan and of its check, with small trees.

mod fixture;
mod plan;
mod verify;
