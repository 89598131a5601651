//! The binary: `hoglet_web::cli` runs a command with the app from `app.rs`.

use std::process::ExitCode;

use app::app::App;

/// With the C library's allocator, allocation is a fifth of the cost of a page. It also keeps the 19
/// MiB in which each password is hashed. After many log-ins at once, these are hundreds of MiB.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hoglet_web::cli::run::<App>()
}
