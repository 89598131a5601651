//! Stacks: which frames are the app's own, what their functions are called, and where a stack begins.
//!
//! PostHog groups errors by the app's own frames. The answers go by the frames' files: in a release
//! build an inlined function may have lost its path (`{async_fn#0}`), its file it keeps.

use std::sync::OnceLock;

use backtrace::{Backtrace, BacktraceSymbol};

/// This crate's folder where it was compiled. Hoglet's other crates lie beside it.
const THIS_CRATE: &str = env!("CARGO_MANIFEST_DIR");

/// What lies in the app's folder and is not its own code: Hoglet's crate, dependencies, generated code.
const NOT_ITS_OWN: &[&str] = &["vendor/", "target/", ".cargo/"];

/// What stands between the place where something went wrong and the place where its stack is taken.
const TAKES_STACKS: &[&str] = &[
    "hoglet-errors/src/caught.rs",
    "hoglet-errors/src/cause.rs",
    "hoglet-jobs/src/failure.rs",
    "hoglet-web/src/error.rs",
    "hoglet-web/src/jobs/failure.rs",
    "hoglet-web/src/page.rs",
    "hoglet-errors/src/panics.rs",
    "hoglet-errors/src/stack.rs",
    "hoglet-web/src/views.rs",
    "hoglet-posthog/src/client.rs",
    "hoglet-posthog/src/exception.rs",
    "hoglet-posthog/src/tracker.rs",
];

/// Where the program was. Taken without names, which costs microseconds; they are looked up once,
/// when somebody wants to see them.
#[derive(Debug)]
pub struct Stack {
    backtrace: Backtrace,
    frames: OnceLock<Vec<Frame>>,
}

/// One function that was under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// With its path: `app::routes::home::show`.
    pub function: String,
    /// `src/routes/home.rs`, `axum-0.8.9/src/…`, `library/core/src/…`; empty where nobody knows.
    pub file: String,
    /// From 1; none without debug information.
    pub line: Option<u32>,
    /// From 1; none without debug information.
    pub column: Option<u32>,
    /// Whether it is the app's own code, by which PostHog groups errors.
    pub in_app: bool,
}

impl Stack {
    /// The place that calls this.
    pub fn here() -> Self {
        Self {
            backtrace: Backtrace::new_unresolved(),
            frames: OnceLock::new(),
        }
    }

    /// Innermost first, beginning where it went wrong. Reads debug information: work for a blocking
    /// thread.
    /// `app` is the folder that the app was compiled in; the first call's is the one that counts.
    pub fn frames(&self, app: &str) -> &[Frame] {
        self.frames.get_or_init(|| {
            let mut backtrace = self.backtrace.clone();
            backtrace.resolve();
            let symbols = backtrace.frames().iter().flat_map(|frame| frame.symbols());
            let frames: Vec<Frame> = symbols
                .filter_map(|symbol| Frame::of(symbol, app))
                .collect();
            let begin = frames
                .iter()
                .position(|frame| !takes_stacks(&frame.file, &frame.function));
            frames[begin.unwrap_or(0)..].to_vec()
        })
    }
}

impl Frame {
    fn of(symbol: &BacktraceSymbol, app: &str) -> Option<Self> {
        let path = symbol
            .filename()
            .map(|path| path.to_string_lossy().replace('\\', "/"))
            .unwrap_or_default();
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

/// Whether a frame is code of the app in the folder `app`. Without a file the function has to tell.
fn is_in_app(app: &str, path: &str, function: &str) -> bool {
    match below(app, path) {
        Some(file) => !NOT_ITS_OWN.iter().any(|folder| file.starts_with(folder)),
        None => function.starts_with("app::"),
    }
}

/// `src/routes/home.rs`, for a path in the app's folder. It may be relative already, for a compiler
/// that was told so (`--remap-path-prefix`).
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

/// What the file is called, not where it lay on the machine that built the app.
fn short_path(app: &str, path: &str) -> String {
    let after = |marker: &str| {
        path.split_once(marker)
            .and_then(|(_, rest)| rest.split_once('/'))
            .map(|(_, rest)| rest)
    };
    let vendor = THIS_CRATE.trim_end_matches(env!("CARGO_PKG_NAME"));
    if let Some(file) = path.strip_prefix(vendor) {
        return file.to_owned();
    }
    below(app, path)
        .or_else(|| after("/registry/src/"))
        .or_else(|| after("/rustc/"))
        .unwrap_or(path)
        .to_owned()
}

/// A bare name of the app's own code gets its module, which the file tells.
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

/// The machinery of errors and panics, which is innermost on every stack and says nothing.
fn takes_stacks(file: &str, function: &str) -> bool {
    const CRATES: &[&str] = &["backtrace::", "std::", "core::", "alloc::", "__rustc::"];
    TAKES_STACKS.contains(&file)
        || file.starts_with("backtrace-")
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
            // A compiler that was told to leave the folder out.
            ("src/routes/home.rs", "{async_fn#0}"),
            ("./src/routes/home.rs", "{async_fn#0}"),
            // Without debug information, or with the folder renamed.
            ("", "app::routes::home::show"),
            ("/app/src/routes/home.rs", "app::routes::home::show"),
        ] {
            assert!(is_in_app(HOME, path, function), "{path} {function}");
        }
    }

    #[test]
    fn what_others_wrote_is_not_in_app_even_where_it_lies_in_the_apps_folder() {
        for (path, function) in [
            (
                "/home/ann/.cargo/registry/src/index.crates.io-1949/axum-0.8.9/src/lib.rs",
                "{closure#0}<app::app::Web>",
            ),
            (
                "/rustc/59807616e1fa/library/core/src/result.rs",
                "<core::result::Result<app::X, E>>::unwrap",
            ),
            // Not the same folder, only the same beginning.
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

    #[test]
    fn the_machinery_is_known_by_its_files_and_crates() {
        for (file, function) in [
            ("hoglet-web/src/error.rs", "from<sea_orm::DbErr>"),
            ("hoglet-posthog/src/tracker.rs", "capture_error<DemoError>"),
            ("library/core/src/panicking.rs", "panic_fmt"),
            ("backtrace-0.3.77/src/capture.rs", "create"),
            ("", "backtrace::capture::Backtrace::create"),
            ("", "__rustc::rust_begin_unwind"),
            (
                "",
                "<alloc::boxed::Box<F> as core::ops::function::Fn<Args>>::call",
            ),
        ] {
            assert!(takes_stacks(file, function), "{file} {function}");
        }
        for (file, function) in [
            ("src/routes/home.rs", "app::routes::home::show"),
            (
                "hoglet-web/src/layers/identify.rs",
                "hoglet_web::layers::identify::identify",
            ),
            ("axum-0.8.9/src/lib.rs", "call"),
            ("", "sqlx_core::pool::acquire"),
        ] {
            assert!(!takes_stacks(file, function), "{file} {function}");
        }
    }
}
