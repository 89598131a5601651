//! Apps that people have changed are updated, built, tested and started.
