//! Stacks: which frames are the app's own, their functions' names, and where a stack begins.
//!
//! PostHog groups errors by the app's own frames. Whether a frame is the app's own is decided by its file: in
//! a release build an inlined function may lose its path (`{async_fn#0}`), but it keeps its file.

use std::panic::Location;
use std::sync::OnceLock;

use backtrace::{Backtrace, BacktraceSymbol};

/// The folder that this crate was compiled in. Hoglet's other crates are beside it.
const THIS_CRATE: &str = env!("CARGO_MANIFEST_DIR");

/// Folders in the app's folder whose code is not the app's: Hoglet, dependencies, generated code.
const NOT_ITS_OWN: &[&str] = &["vendor/", "target/", ".cargo/"];

/// The call stack of one place in the program.
///
/// Taking it costs microseconds, because the names of its frames are looked up only when it is first read.
#[derive(Debug)]
pub struct Stack {
    backtrace: Backtrace,
    /// The place in the source where the stack begins, as the compiler names it: file and line.
    begin: Box<(String, u32)>,
    frames: OnceLock<Vec<Frame>>,
}

/// A function on the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The function with its path: `app::routes::home::show`.
    pub function: String,
    /// `src/routes/home.rs`, `axum-0.8.9/src/…`, `library/core/src/…`; empty if it is not known.
    pub file: String,
    /// Counts from 1; none without debug information.
    pub line: Option<u32>,
    /// Counts from 1; none without debug information.
    pub column: Option<u32>,
    /// Whether it is the app's own code. PostHog groups errors by these frames.
    pub in_app: bool,
}

impl Stack {
    /// The stack of the caller. Functions with `#[track_caller]` are left out.
    #[track_caller]
    pub fn here() -> Self {
        Self::beginning_at(Location::caller())
    }

    /// The current stack, beginning at this place, which must be on it.
    pub fn beginning_at(place: &Location<'_>) -> Self {
        Self {
            backtrace: Backtrace::new_unresolved(),
            begin: Box::new((place.file().replace('\\', "/"), place.line())),
            frames: OnceLock::new(),
        }
    }

    /// The frames, innermost first, beginning at the place that failed.
    ///
    /// The first call reads debug information, so call it in a blocking thread. `app` is the folder that the
    /// app was compiled in. Later calls return the frames of the first call, whatever their `app` is.
    pub fn frames(&self, app: &str) -> &[Frame] {
        self.frames.get_or_init(|| {
            let mut backtrace = self.backtrace.clone();
            backtrace.resolve();
            let symbols = backtrace.frames().iter().flat_map(|frame| frame.symbols());
            let (paths, frames): (Vec<_>, Vec<_>) = symbols
                .filter_map(|symbol| Some((path_of(symbol), Frame::of(symbol, app)?)))
                .unzip();
            frames[self.begin_among(&paths, &frames)..].to_vec()
        })
    }
}

impl Stack {
    /// The index of the first useful frame: those before it only took the stack.
    ///
    /// It is the frame at `begin`, or the next one outside of the standard library. If inlining has removed
    /// the frame at `begin`, it is the first frame outside of the standard library and Hoglet.
    fn begin_among(&self, paths: &[String], frames: &[Frame]) -> usize {
        let (file, line) = &*self.begin;
        let mut both = paths.iter().zip(frames);
        let exact = both.position(|(path, frame)| frame.line == Some(*line) && is_file(path, file));
        let skipped = |frame: &Frame| match exact {
            Some(_) => is_of_the_standard_library(frame),
            None => is_of_the_standard_library(frame) || took_the_stack(frame),
        };
        let first = exact.unwrap_or(0);
        let begin = frames[first..].iter().position(|frame| !skipped(frame));
        begin.map_or(first, |begin| first + begin)
    }
}

fn path_of(symbol: &BacktraceSymbol) -> String {
    let path = symbol.filename();
    path.map(|path| path.to_string_lossy().replace('\\', "/"))
        .unwrap_or_default()
}

/// Whether a path in the debug information is the file that the compiler names.
///
/// The path is absolute. The file may be relative to the folder that the compiler ran in.
fn is_file(path: &str, file: &str) -> bool {
    let file = file.trim_start_matches("./");
    path.strip_suffix(file)
        .is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
}

impl Frame {
    fn of(symbol: &BacktraceSymbol, app: &str) -> Option<Self> {
        let path = path_of(symbol);
        let function = format!("{:#}", symbol.name()?);
        let in_app = is_in_app(app, &path, &function);
        let file = short_path(app, &path);
        Some(Self {
            function: with_module(function, &file, in_app),
            file,
            line: symbol.lineno(),
            column: symbol.colno(),
            in_app,
        })
    }
}

/// Whether a frame is code of the app in the folder `app`.
///
/// If its file is unknown, its function decides.
fn is_in_app(app: &str, path: &str, function: &str) -> bool {
    match below(app, path) {
        Some(file) => !NOT_ITS_OWN.iter().any(|folder| file.starts_with(folder)),
        None => function.starts_with("app::"),
    }
}

/// The path below the app's folder: `src/routes/home.rs`.
///
/// With `--remap-path-prefix` the path is relative already.
fn below<'a>(app: &str, path: &'a str) -> Option<&'a str> {
    let app = app.replace('\\', "/");
    match path.strip_prefix(&app) {
        Some(rest) => rest.strip_prefix('/'),
        None => {
            let path = path.strip_prefix("./").unwrap_or(path);
            path.starts_with("src/").then_some(path)
        }
    }
}

/// The short name of a file, without the folders of the machine that built the app.
fn short_path(app: &str, path: &str) -> String {
    let after = |marker: &str| {
        path.split_once(marker)
            .and_then(|(_, rest)| rest.split_once('/'))
            .map(|(_, rest)| rest)
    };
    let vendor = THIS_CRATE.trim_end_matches(env!("CARGO_PKG_NAME"));
    let hoglets = path.strip_prefix(vendor);
    if let Some(file) = hoglets.filter(|file| file.split('/').nth(1) == Some("src")) {
        return file.to_owned();
    }
    below(app, path)
        .or_else(|| after("/registry/src/"))
        .or_else(|| after("/rustc/"))
        .unwrap_or(path)
        .to_owned()
}

/// Adds the module to a bare function name in the app's own code, by its file.
fn with_module(function: String, file: &str, in_app: bool) -> String {
    let path = function.split('<').next().unwrap_or_default();
    let bare = !function.starts_with('<') && !path.contains("::");
    let module = file
        .strip_prefix("src/")
        .and_then(|file| file.strip_suffix(".rs"))
        .map(|module| module.trim_end_matches("/mod").replace('/', "::"));
    match module {
        Some(module) if bare && in_app && module == "lib" => format!("app::{function}"),
        Some(module) if bare && in_app => format!("app::{module}::{function}"),
        _ => function,
    }
}

/// Whether a frame may be one of those that only took the stack.
///
/// In a release build, Hoglet's functions have no files. All but those of this crate may be the place that failed.
fn took_the_stack(frame: &Frame) -> bool {
    let function = frame.function.trim_start_matches('<');
    frame.file.starts_with("hoglet-") || function.starts_with("hoglet_errors::")
}

/// Whether a frame is the standard library's, such as those of panics and of `From`.
fn is_of_the_standard_library(frame: &Frame) -> bool {
    const CRATES: &[&str] = &["backtrace::", "std::", "core::", "alloc::", "__rustc::"];
    let Frame { file, function, .. } = frame;
    file.starts_with("backtrace-")
        || file.starts_with("library/")
        || file.contains("/lib/rustlib/src/rust/library/")
        || CRATES
            .iter()
            .any(|name| function.trim_start_matches('<').starts_with(name))
        || function.contains("rust_begin_unwind")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "/home/ann/shop";

    #[test]
    fn the_apps_own_files_are_in_app_whatever_their_functions_are_called() {
        for (path, function) in [
            (
                "/home/ann/shop/src/routes/home.rs",
                "app::routes::home::show",
            ),
            ("/home/ann/shop/src/routes/home.rs", "{async_fn#0}"),
            ("/home/ann/shop/src/main.rs", "shop::main"),
            ("/home/ann/shop/tests/web/home.rs", "{closure#0}"),
            // The compiler ran with `--remap-path-prefix`.
            ("src/routes/home.rs", "{async_fn#0}"),
            ("./src/routes/home.rs", "{async_fn#0}"),
            // There is no debug information, or the folder was renamed.
            ("", "app::routes::home::show"),
            ("/app/src/routes/home.rs", "app::routes::home::show"),
        ] {
            assert!(is_in_app(HOME, path, function), "{path} {function}");
        }
    }

    #[test]
    fn dependencies_are_not_in_app_even_in_the_apps_folder() {
        for (path, function) in [
            (
                "/home/ann/.cargo/registry/src/index.crates.io-1949/axum-0.8.9/src/lib.rs",
                "{closure#0}<app::app::Web>",
            ),
            (
                "/rustc/59807616e1fa/library/core/src/result.rs",
                "<core::result::Result<app::X, E>>::unwrap",
            ),
            // Another folder, whose name begins with the same letters.
            ("/home/ann/shop-tools/src/lib.rs", "run"),
            (
                "/home/ann/shop/vendor/hoglet-web/src/error.rs",
                "from<DbErr>",
            ),
            ("/home/ann/shop/vendor/axum/src/lib.rs", "call"),
            (
                "/home/ann/shop/target/release/build/x/out/generated.rs",
                "f",
            ),
            (
                "/home/ann/shop/.cargo/registry/src/i/axum-0.8.9/src/lib.rs",
                "f",
            ),
            ("", "tokio::runtime::task::raw::poll"),
            ("", "<app::app::Web as axum::handler::Handler<M, S>>::call"),
            ("", "{async_fn#0}"),
        ] {
            assert!(!is_in_app(HOME, path, function), "{path} {function}");
        }
    }

    #[test]
    fn a_bare_name_gets_the_module_of_its_file() {
        for (function, file, full) in [
            (
                "{async_fn#0}",
                "src/routes/home.rs",
                "app::routes::home::{async_fn#0}",
            ),
            (
                "handle<core::fmt::Error>",
                "src/auth.rs",
                "app::auth::handle<core::fmt::Error>",
            ),
            ("run", "src/lib.rs", "app::run"),
            ("app::auth::check", "src/auth.rs", "app::auth::check"),
            (
                "<app::auth::X as Clone>::clone",
                "src/auth.rs",
                "<app::auth::X as Clone>::clone",
            ),
            ("{closure#0}", "tests/web/home.rs", "{closure#0}"),
        ] {
            assert_eq!(with_module(function.to_owned(), file, true), full);
        }
        let others = with_module("poll".to_owned(), "src/task.rs", false);
        assert_eq!(others, "poll");
    }

    #[test]
    fn paths_are_short_and_name_no_machine() {
        for (path, short) in [
            ("/home/ann/shop/src/auth.rs", "src/auth.rs"),
            (
                "/home/ann/.cargo/registry/src/index/axum-0.8.9/src/lib.rs",
                "axum-0.8.9/src/lib.rs",
            ),
            (
                "/rustc/59807616e1fa/library/core/src/panicking.rs",
                "library/core/src/panicking.rs",
            ),
        ] {
            assert_eq!(short_path(HOME, path), short);
        }
    }

    fn frame(file: &str, function: &str, line: u32) -> Frame {
        Frame {
            function: function.to_owned(),
            file: file.to_owned(),
            line: Some(line),
            column: None,
            in_app: false,
        }
    }

    /// The index of the first useful frame. `stack` has the innermost frame first.
    fn begin_of(place: (&str, u32), stack: &[(&str, &str, u32)]) -> usize {
        let stack_of = Stack {
            begin: Box::new((place.0.to_owned(), place.1)),
            ..Stack::here()
        };
        let frames: Vec<_> = stack
            .iter()
            .map(|(path, function, line)| frame(&short_path(HOME, path), function, *line))
            .collect();
        let paths: Vec<_> = stack.iter().map(|(path, ..)| (*path).to_owned()).collect();
        stack_of.begin_among(&paths, &frames)
    }

    #[test]
    fn a_stack_begins_at_the_place_that_the_compiler_names() {
        let error = &format!("{}/src/error.rs", THIS_CRATE.replace("errors", "web"));
        let cause = &format!("{THIS_CRATE}/src/cause.rs");
        let core = "/rustc/59807616e1fa/library/core/src/result.rs";
        let home = "/home/ann/shop/src/routes/home.rs";
        let stack = [
            (cause.as_str(), "hoglet_errors::cause::Cause::of", 60),
            (error.as_str(), "from<sea_orm::DbErr>", 104),
            (core, "from_residual", 2_100),
            (home, "{async_fn#0}", 7),
            (home, "app::routes::home::show", 3),
        ];
        assert_eq!(begin_of(("src/routes/home.rs", 7), &stack), 3);
        assert_eq!(begin_of(("./src/routes/home.rs", 3), &stack), 4);
        // Hoglet's own code can fail too.
        assert_eq!(begin_of(("vendor/hoglet-web/src/error.rs", 104), &stack), 1);
        // The standard library panics.
        assert_eq!(begin_of((core, 2_100), &stack), 3);
        // The frame of the place is missing.
        assert_eq!(begin_of(("src/routes/other.rs", 7), &stack), 3);
        assert_eq!(begin_of(("", 0), &stack[..2]), 0);
    }

    #[test]
    fn a_stack_in_a_release_build_begins_after_the_functions_that_took_it() {
        // Hoglet's functions have no files there.
        let stack = [
            ("", "<hoglet_errors::stack::Stack>::beginning_at", 0),
            ("", "hoglet_errors::cause::Cause::of", 0),
            ("", "core::result::Result<T,E>::map_err", 0),
            ("", "hoglet_web::passwords::hash", 0),
            ("/home/ann/shop/src/accounts.rs", "{async_fn#0}", 7),
        ];
        assert_eq!(begin_of(("src/accounts.rs", 7), &stack), 4);
        assert_eq!(
            begin_of(("vendor/hoglet-web/src/passwords.rs", 31), &stack),
            3
        );
    }

    #[test]
    fn a_stack_that_is_taken_here_begins_here() {
        #[track_caller]
        fn in_between() -> Stack {
            Stack::here()
        }
        let stack = in_between();
        let first = &stack.frames(THIS_CRATE)[0];
        assert_eq!(first.line, Some(stack.begin.1), "{first:?}");
        assert_eq!(first.file, "hoglet-errors/src/stack.rs");
    }
}
