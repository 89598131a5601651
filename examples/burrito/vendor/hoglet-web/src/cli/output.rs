//! What a command prints, so that it ends well whatever becomes of its reader.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Standard output took no more, as on a full disk.
#[derive(Debug, thiserror::Error)]
#[error("the output could not be written ({0}); make room for it, or write it elsewhere")]
pub struct NotPrinted(io::Error);

/// Prints a line on standard output. A command uses this and not `println!`, which panics where nobody reads on, as
/// behind `| head -1`. A reader who has seen enough is no error: the command still does its work.
///
/// # Errors
///
/// Where the line could not be written for any other reason.
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

/// Prints a line on standard error. Where that is closed, there is nowhere left to say so.
pub(super) fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Prints what clap has to say: help and the version on standard output, bad usage on standard error.
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
