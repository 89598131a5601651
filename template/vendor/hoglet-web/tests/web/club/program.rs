//! The club's binary, which is this test binary. It starts itself as another process, which runs
//! only the test [`main`].

use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use hoglet_web::app::App;
use hoglet_web::cli;
use hoglet_web::testing::Binary;

use super::Club;

/// Variable of the other process with the command's arguments, separated by spaces.
const ARGUMENTS: &str = "CLUB_ARGUMENTS";

/// Variable that tests set to the working directory of the process.
pub const FOLDER: &str = "CLUB_FOLDER";

/// A program like an app's own binary: it takes arguments, and its process is the app's process.
pub static BINARY: LazyLock<Binary> = LazyLock::new(|| {
    let this = std::env::current_exe().unwrap();
    let (path, this) = (program_of(&this), this.display());
    let text = format!(
        "#!/bin/sh\n\
         cd \"${{{FOLDER}:-.}}\" && {ARGUMENTS}=\"$*\" exec '{this}' \
         --exact club::program::main --ignored --nocapture --test-threads 2\n"
    );
    // Another process writes the file. A file that is open for writing cannot be run, and a process
    // that this one starts at the same moment would inherit the open file.
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

/// The path of the program, which differs for each build of the tests.
fn program_of(this: &Path) -> String {
    let build = this.file_name().unwrap().display();
    format!("{}/club-{build}", env!("CARGO_TARGET_TMPDIR"))
}

#[test]
#[ignore = "the club's main: the tests of several processes start it"]
fn main() {
    // Without this variable somebody runs all ignored tests, and this is not a test.
    let Ok(arguments) = std::env::var(ARGUMENTS) else {
        return;
    };
    let arguments = std::iter::once(Club::PACKAGE.name).chain(arguments.split_whitespace());
    let ended = cli::run_with::<Club>(arguments);
    let mut codes = 0..=u8::MAX;
    let code = codes.find(|code| ExitCode::from(*code) == ended);
    // The process ends as after an app's own `main`, without a report of the test.
    std::process::exit(code.unwrap().into())
}
