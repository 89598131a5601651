//! `hoglet generate` and `hoglet destroy` on new apps.
