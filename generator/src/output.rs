//! What commands print, so that they end well whatever becomes of their readers.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// Prints on standard output. A reader who has seen enough (`| head -1`) is no error; a full disk is.
pub fn print(text: &str) -> io::Result<()> {
    end(anstream::stdout().write_all(text.as_bytes()))
}

/// Writes out what is printed, where somebody else has printed it.
pub fn end(printed: io::Result<()>) -> io::Result<()> {
    match printed.and_then(|()| io::stdout().flush()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => Err(cause),
        _ => Ok(()),
    }
}

/// Prints a line on standard error. A terminal that is gone is no reason to stop.
pub fn complain(line: impl Display) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
