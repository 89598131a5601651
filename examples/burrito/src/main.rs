//! The binary: `hoglet_web::cli` runs the command that was given, with the app from `app.rs`.

use std::process::ExitCode;

use app::app::App;

/// Allocation is a fifth of the cost of a page. The C library's allocator also keeps the 19 MiB in which
/// each password is hashed: hundreds of MiB after many log-ins at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hoglet_web::cli::run::<App>()
}
