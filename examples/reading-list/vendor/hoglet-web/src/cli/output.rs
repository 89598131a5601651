//! Output of commands, which may be piped to a program that stops reading.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// The output could not be written, for example to a full disk.
#[derive(Debug, thiserror::Error)]
#[error("the output could not be written ({0}); make room for it, or write it elsewhere")]
pub struct NotPrinted(io::Error);

/// Prints a line to standard output.
///
/// Commands use this instead of `println!`, which panics when the reader closes the pipe, as
/// `| head -1` does. Here that is no error, and the command goes on.
///
/// # Errors
///
/// If the line could not be written for any other reason.
pub fn print_line(line: impl Display) -> Result<(), NotPrinted> {
    print(&format!("{line}\n"))
}

fn print(text: &str) -> Result<(), NotPrinted> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(NotPrinted(error)),
        _ => Ok(()),
    }
}

/// Prints a line to standard error. If that fails, there is nowhere to report it.
pub(super) fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Prints a message of clap: help and version to standard output, bad usage to standard error.
pub(super) fn usage(usage: &clap::Error) -> ExitCode {
    let text = usage.render();
    if usage.use_stderr() {
        let _ = anstream::stderr().write_all(text.ansi().to_string().as_bytes());
        return ExitCode::from(2);
    }
    // Colours for terminals only.
    let printed = match anstream::AutoStream::choice(&io::stdout()) {
        anstream::ColorChoice::Never => print(&text.to_string()),
        _ => print(&text.ansi().to_string()),
    };
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error);
            ExitCode::FAILURE
        }
    }
}
