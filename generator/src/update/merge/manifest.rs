//! Merges a `Cargo.toml`: by lines if that gives a valid manifest, otherwise by key.
