//! The colours of everything that is printed, help texts included.

use anstyle::{AnsiColor, Style};
use clap::builder::Styles;

pub const ACCENT: Style = AnsiColor::Yellow.on_default();
pub const DIM: Style = Style::new().dimmed();
pub const ADDED: Style = AnsiColor::Green.on_default();
pub const REMOVED: Style = AnsiColor::Red.on_default();
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
pub const HELP: Styles = Styles::styled()
    .header(Style::new().bold())
    .usage(Style::new().bold())
    .literal(ACCENT)
    .placeholder(DIM)
    .valid(ACCENT)
    .invalid(ERROR)
    .error(ERROR);
