//! `hoglet generate` and `hoglet destroy` on new apps, from a shell. No app is compiled here.

#[path = "support/command.rs"]
mod command;
#[path = "generate/destroying.rs"]
mod destroying;
#[path = "generate/disk.rs"]
mod disk;
#[path = "generate/shell.rs"]
mod shell;
#[path = "generate/writing.rs"]
mod writing;
