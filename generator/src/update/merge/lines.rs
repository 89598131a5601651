//! Merges by lines, as git does it.
