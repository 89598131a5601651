//! Prints on standard output and standard error, even if the reader stops early.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use anstream::{AutoStream, ColorChoice};

use crate::colors::DIM;

/// Prints on standard output.
///
/// A reader that stops early (`| head -1`) is not an error; a full disk is one.
pub fn print(text: &str) -> io::Result<()> {
    end(anstream::stdout().write_all(text.as_bytes()))
}

/// Prints on standard output without taking anything out.
///
/// Where there are no colors, [`print`] takes out all control characters. A diff would no longer fit to its file.
pub fn print_exactly(text: &str) -> io::Result<()> {
    end(io::stdout().write_all(text.as_bytes()))
}

/// Whether standard output shows colors.
pub fn has_colors() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Flushes standard output after text that was printed elsewhere.
pub fn end(printed: io::Result<()>) -> io::Result<()> {
    match printed.and_then(|()| io::stdout().flush()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => Err(cause),
        _ => Ok(()),
    }
}

/// Prints a note about a problem that did no harm on standard error.
pub fn note(text: impl Display) {
    log(format_args!("{DIM}note:{DIM:#} {text}"));
}

/// Prints a line on standard error.
///
/// The command continues if the terminal is closed.
pub fn log(line: impl Display) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
