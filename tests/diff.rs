//! `hoglet diff` from outside.
