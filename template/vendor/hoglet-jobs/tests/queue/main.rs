//! The queue, in an app that has nothing else.

mod actors;
mod app;
mod attempts;
mod claims;
mod workers;
