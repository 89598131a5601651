//! The releases that the program carries, and the rule that a changed template has a new version.
