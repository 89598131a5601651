//! The journal is merged by its entries.
