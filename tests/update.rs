//! `hoglet update` from outside: every rule for files, conflicts, git, and refusals.
