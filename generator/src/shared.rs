//! Code that the generator shares with its apps.
//!
//! These files of `hoglet-web` in the template are compiled here too. They use only the standard library.

include!(concat!(env!("OUT_DIR"), "/shared.rs"));
