//! Merges of files, compared with those of git.
