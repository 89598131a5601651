//! The binary: `hoglet_web::cli` reads the command and does it, `app::app` is what is served.

use std::process::ExitCode;

/// A fifth of what a page costs is allocation, and the C library's allocator keeps the 19 MiB that
/// each password is hashed in: hundreds of MiB after a rush of log-ins.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    app::app::run()
}
