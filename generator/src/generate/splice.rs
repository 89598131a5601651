//! Adds lines to files of an app, and takes them out again. Every other byte of the file stays.
//!
//! Rust files are parsed with syn, so that a place is found by what it is and not by a pattern. Pure functions: no disk.

/// A place in a file where generated lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The list of modules of a Rust file. The text is `pub mod posts;`.
    Modules,
    /// The end of the method chain that a function returns. The text is `.get("/posts", posts::index)`.
    ///
    /// `root` is the beginning of the chain, such as `Routes::default()`.
    Chain {
        function: &'static str,
        root: &'static str,
    },
    /// The end of the first `vec![…]` of a function. The text is an element with its comma.
    Vec { function: &'static str },
    /// The end of the braces of a macro call, such as `events` or `flags`. The text is an entry.
    Macro { name: &'static str },
    /// The end of a struct's fields. The text is a field with its doc comment and comma.
    Fields { of: &'static str },
    /// The end of the struct literal that a function returns. The text is `name: value,`.
    Literal { function: &'static str },
    /// The links for users at the start of the navigation in `templates/base.html`.
    Navigation,
    /// The end of a text file, such as `.env.example`, after a blank line.
    End,
}

/// The file with the lines, and the lines as they stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spliced {
    pub file: String,
    pub lines: String,
}

/// The file does not have the expected shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Counted from 1; the line nearest to the place.
    pub line: usize,
    /// Such as "`pages` does not return a chain that begins with `Routes::default()`".
    pub reason: String,
}

/// Adds lines at a place.
pub fn insert(file: &str, place: &Place, text: &str) -> Result<Spliced, Refusal> {
    todo!("{file} {place:?} {text}")
}

/// Takes out `lines`, as [`insert`] returned them, and the blank lines that only they needed.
pub fn remove(file: &str, place: &Place, lines: &str) -> Result<String, Refusal> {
    todo!("{file} {place:?} {lines}")
}

/// A call in a chain, with line breaks as rustfmt puts them: `.get("/posts", posts::index)`.
pub fn call(method: &str, arguments: &[&str]) -> String {
    todo!("{method} {arguments:?}")
}
