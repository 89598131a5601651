//! Runs `hoglet` with releases of its own, in a process of its own.
//!
//! The binary carries only real releases. So the test program starts itself again, and this test is then the program
//! `hoglet`. A process has an exit code, receives signals, and what it prints can be read.

use std::env;
use std::path::Path;
use std::process::Command;

use clap::Parser;
use hoglet::cli::{self, Cli};
use hoglet::error::Error;
use hoglet::{output, update};

use crate::releases;

const RELEASES: &str = "TEST_RELEASES";
const ARGUMENTS: &str = "TEST_ARGUMENTS";
/// The test harness prints lines of its own before this one.
pub const BEGIN: &str = "-- begin --\n";

/// `hoglet`, with releases that have these changes.
pub fn command(folder: &Path, releases: &[String], arguments: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command
        .args([
            "child::this_is_hoglet",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .current_dir(folder)
        .env(RELEASES, releases.join(";"))
        .env(ARGUMENTS, arguments);
    command
}

#[test]
#[ignore = "other tests start it as a process"]
#[expect(
    clippy::exit,
    reason = "this is a program, and its exit code is tested"
)]
fn this_is_hoglet() {
    let (Ok(releases), Ok(arguments)) = (env::var(RELEASES), env::var(ARGUMENTS)) else {
        return;
    };
    let releases: Vec<String> = releases.split_terminator(';').map(str::to_owned).collect();
    let releases = releases::releases(&releases);
    output::print(BEGIN).expect("stdout is open");
    let words = ["hoglet"].into_iter().chain(arguments.split_whitespace());
    let command = match Cli::try_parse_from(words) {
        Ok(cli) => cli.command,
        Err(error) => error.exit(),
    };
    let cli::Command::Update(arguments) = command else {
        panic!("{command:?} needs no releases");
    };
    let here = env::current_dir().expect("a folder");
    let code = update::run_with(&releases, &here, &arguments).unwrap_or_else(|error: Error| {
        output::log(format_args!("error: {error}"));
        error.exit_code()
    });
    let number = (0..=u8::MAX).find(|number| code == (*number).into());
    std::process::exit(number.expect("an exit code").into());
}
