//! Prints all output of `hoglet dev` on stderr, with the source of each line.

use std::io::Write;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::colors::{ACCENT, DIM};

/// The program that a line comes from.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    App,
    Posthog,
    Hoglet,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Posthog => "posthog",
            Self::Hoglet => "hoglet",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::App => ACCENT,
            Self::Posthog => AnsiColor::Cyan.on_default(),
            Self::Hoglet => DIM,
        }
    }
}

/// Prints a line after the name of its source.
pub fn print_line(source: Source, line: &str) {
    let (style, name) = (source.style(), source.name());
    print(&format!("{style}{name:<7} |{style:#} {line}\n"));
}

/// Prints text unchanged, and continues if the terminal is closed.
pub fn print(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Whether colours are shown, so that the app may use them too.
pub fn is_coloured() -> bool {
    AutoStream::choice(&std::io::stderr()) != ColorChoice::Never
}

/// The addresses that the developer opens.
pub struct Addresses<'a> {
    /// The name of the app.
    pub project: &'a str,
    pub app: &'a str,
    pub posthog: &'a str,
    /// The file with the whole log.
    pub log: &'a str,
}

impl Addresses<'_> {
    /// Prints the addresses in columns.
    pub fn print(&self) {
        let Self {
            project,
            app,
            posthog,
            log,
        } = self;
        print(&format!(
            "\n  {ACCENT}{project}{ACCENT:#} is running, and rebuilds when you change it\n\n    \
             {DIM}app    {DIM:#} {app}\n    {DIM}posthog{DIM:#} {posthog}\n    \
             {DIM}log    {DIM:#} {log}\n\n"
        ));
    }
}
