//! The report at the end of `hoglet update`, for people or as JSON.
