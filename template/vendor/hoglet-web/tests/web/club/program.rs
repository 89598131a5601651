//! The club's binary, which is this very test binary: it runs itself once more, as another
//! process, and there [`main`] is the one test that is asked for.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use hoglet_web::app::App;
use hoglet_web::cli;
use hoglet_web::testing::Binary;

use super::Club;

/// Set in the other process: the command's arguments, with spaces between them.
const ARGUMENTS: &str = "CLUB_ARGUMENTS";

/// A variable of tests: the folder that the process works in.
pub const FOLDER: &str = "CLUB_FOLDER";

/// A program as an app's own binary is one: it takes arguments, and its process is the app's.
pub static BINARY: LazyLock<Binary> = LazyLock::new(|| {
    let this = std::env::current_exe().unwrap();
    let (path, this) = (program_of(&this), this.display());
    let text = format!(
        "#!/bin/sh\n\
         cd \"${{{FOLDER}:-.}}\" && {ARGUMENTS}=\"$*\" exec '{this}' \
         --exact club::program::main --ignored --nocapture --test-threads 2\n"
    );
    // Written by another process: a file that this one has open for writing cannot be run, and a
    // process that starts at this moment would have it open too.
    let write = "printf %s \"$2\" > \"$1.$$\" && chmod +x \"$1.$$\" && mv \"$1.$$\" \"$1\"";
    let written = Command::new("sh")
        .args(["-c", write, "sh", &path, &text])
        .status();
    assert!(written.unwrap().success());
    Binary {
        path: path.leak(),
        defaults: Club::DEFAULTS,
    }
});

/// One for each build of the tests.
fn program_of(this: &Path) -> String {
    let build = this.file_name().unwrap().display();
    format!("{}/club-{build}", env!("CARGO_TARGET_TMPDIR"))
}

#[test]
#[ignore = "the club's main: the tests of several processes start it"]
fn main() {
    // Whoever runs all ignored tests means something else.
    let Ok(arguments) = std::env::var(ARGUMENTS) else {
        return;
    };
    let arguments = std::iter::once(Club::PACKAGE.name).chain(arguments.split_whitespace());
    let ended = cli::run_with::<Club>(arguments);
    let mut codes = 0..=u8::MAX;
    let code = codes.find(|code| ExitCode::from(*code) == ended);
    // As after an app's own main; the test around this one has nothing to report.
    std::process::exit(code.unwrap().into())
}
