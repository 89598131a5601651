//! What the generator and its apps do alike, from the same sources: those of `hoglet-web` in the template. They use the
//! standard library alone.

include!(concat!(env!("OUT_DIR"), "/shared.rs"));
