//! `Cargo.lock` after an update, completed by cargo itself.
