//! Futures whose code is compiled with this crate.
//!
//! An `async fn` is compiled where somebody awaits it. An app would compile its layers, its log-in and
//! its database queries anew with each of its own changes; boxed, they are compiled once, here.

use std::pin::Pin;

/// A future whose code is in this crate already: awaiting it compiles nothing of it.
pub type Compiled<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
