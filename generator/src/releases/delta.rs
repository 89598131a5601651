//! The difference between two versions of a text: ranges of lines to copy, and lines to insert.
