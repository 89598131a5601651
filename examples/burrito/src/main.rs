//! Command, settings, app, serve, flush: see `app::cli`.

use std::process::ExitCode;

/// A fifth of what a page costs is allocation, and the C library's allocator keeps the 19 MiB that
/// each password is hashed in: hundreds of MiB after a rush of log-ins.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    app::cli::run().await
}
