//! All errors, each with its remedy.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use hoglet_standin::Error::NoScripts;
use semver::Version;

use crate::interrupt::{INTERRUPTED, Interrupted};
use crate::{dev, posthog, project};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the path of the new app is missing; add it, as in `hoglet new my-app`")]
    NoDirectory,

    #[error("a project cannot be called `{}`: {reason}; choose another name with --name", escape_control_characters(.name))]
    BadName { name: String, reason: String },

    #[error("`{}` gives the project no name; choose one with --name", .directory.display())]
    NoName { directory: PathBuf },

    #[error("the template has no question `{}`; its questions are {}", escape_control_characters(.key), list(.known, "and"))]
    UnknownQuestion { key: String, known: Vec<String> },

    #[error("`{key}` cannot be `{}`; choose {}", escape_control_characters(.value), list(.choices, "or"))]
    NotAChoice {
        key: String,
        value: String,
        choices: Vec<String>,
    },

    #[error("`{key}` cannot be `{}`; it must be {rule}", escape_control_characters(.value))]
    BrokenRule {
        key: String,
        value: String,
        rule: String,
    },

    #[error("`{}` is not a directory; choose another place", .path.display())]
    NotADirectory { path: PathBuf },

    #[error("`{}` is not empty; choose another directory, or write into it with --force", .path.display())]
    NotEmpty { path: PathBuf },

    #[error("`{}` is in the way of a file or folder of the app; move it elsewhere", .path.display())]
    InTheWay { path: PathBuf },

    #[error("{} would lose your changes; write over them with --force", list(.paths, "and"))]
    ChangedFiles { paths: Vec<String> },

    #[error("`{}` holds none of Hoglet's crates, so there is nothing to test; restore them with git", .folder.display())]
    NoVendor { folder: PathBuf },

    #[error("`{}`: {reason}; {remedy}", escape_control_characters(.argument))]
    Argument {
        argument: String,
        reason: String,
        remedy: String,
    },

    /// A reason from `Field::parse` and others. It names the field and the remedy.
    #[error("{}", escape_control_characters(.0))]
    Field(String),

    #[error("`{file}`{}: {cause}; correct it, or delete the file to use Hoglet's own template", .line.map(|line| format!(", line {line}")).unwrap_or_default())]
    OwnTemplate {
        file: String,
        line: Option<usize>,
        cause: String,
    },

    #[error("`{file}` could not be read ({cause}); correct it, or restore it from git")]
    Journal { file: String, cause: String },

    #[error("`.hoglet.toml` could not be read ({}); correct it, or restore it from git", escape_control_characters(.cause))]
    Origin { cause: String },

    #[error(
        "the app is from release {version}, and the newest release in this hoglet is {newest}; install a newer hoglet"
    )]
    NewerApp { version: Version, newest: Version },

    #[error("this hoglet has no release {to}; choose one of these with --to: {}", versions(.known))]
    UnknownRelease { to: Version, known: Vec<Version> },

    #[error(
        "the app is from release {version}, and {to} is older; choose a newer release with --to, or go back with git"
    )]
    NoWayBack { version: Version, to: Version },

    #[error("`{key}` already has the answer `{}` in .hoglet.toml; leave out --set {key}, because an update keeps all answers", escape_control_characters(.value))]
    Answered { key: String, value: String },

    #[error("the app has uncommitted changes; commit them, so that you can tell them from those of the update, or continue with --force:{}", lines(.paths))]
    Uncommitted { paths: Vec<String> },

    #[error("the app has unresolved conflicts; resolve them, then try again:{}", lines(.paths))]
    Unmerged { paths: Vec<String> },

    #[error(
        "git could not read the app's repository; fix the problem that it reports, or continue with --force{explanation}"
    )]
    Repository { explanation: String },

    #[error(
        "the app was made from a template (version {version}) that is not a release, and there is no older release to compare the app with; install the hoglet that made the app, or a newer one"
    )]
    NoBase { version: Version },

    #[error("`{}` is read-only; make it writable, then try again", .path.display())]
    ReadOnly { path: PathBuf },

    #[error("`{}` leads through a link to `{}`, which is outside of the app; change that link, then try again", .path.display(), .outside.display())]
    LeadsOut { path: PathBuf, outside: PathBuf },

    #[error("`{}` was changed while this command ran, so nothing was written; try again", .path.display())]
    ChangedMeanwhile { path: PathBuf },

    #[error("the update would lose {} in `{}`, so nothing was written; this is a bug in hoglet, please report it", escape_control_characters(.change), escape_control_characters(.file))]
    LostChange { file: String, change: String },

    #[error("another hoglet command is running in this app; try again when it has ended")]
    Busy,

    #[error("{what} is needed by {}; destroy {} first, or add --force", list(.dependents, "and"), if .dependents.len() == 1 { "that" } else { "those" })]
    Needed {
        what: String,
        dependents: Vec<String>,
    },

    #[error("could not {action} `{}` ({cause}); make room or permission for it, or choose another place", .path.display())]
    Disk {
        action: &'static str,
        path: PathBuf,
        cause: io::Error,
    },

    #[error("standard output could not be written ({0}); make room for it, or write it elsewhere")]
    Output(io::Error),

    #[error("the system gave no random bytes for SECRET_KEY ({0}); try again")]
    Randomness(getrandom::Error),

    #[error("the questions could not be asked ({0}); pass --yes to take the defaults")]
    Prompt(io::Error),

    #[error(transparent)]
    Interrupted(#[from] Interrupted),

    #[error("the template's `{file}` is broken ({cause}); please report it")]
    Template {
        file: String,
        cause: Box<dyn std::error::Error + Send + Sync>,
    },

    #[error(transparent)]
    Project(#[from] project::Error),

    #[error(transparent)]
    Posthog(#[from] posthog::Error),

    #[error(transparent)]
    Dev(#[from] dev::Error),
}

impl Error {
    /// 2 for a wrong argument, 130 for Ctrl+C, 1 for anything else.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::NoDirectory
            | Self::BadName { .. }
            | Self::NoName { .. }
            | Self::UnknownQuestion { .. }
            | Self::NotAChoice { .. }
            | Self::BrokenRule { .. }
            | Self::Answered { .. }
            | Self::UnknownRelease { .. }
            | Self::NoWayBack { .. }
            | Self::Argument { .. }
            | Self::Field(_)
            | Self::Posthog(posthog::Error::Standin(NoScripts { .. }))
            | Self::Dev(dev::Error::Posthog(posthog::Error::Standin(NoScripts { .. }))) => {
                ExitCode::from(2)
            }
            Self::Interrupted(_) | Self::Dev(dev::Error::EndedEarly) => INTERRUPTED.into(),
            _ => ExitCode::FAILURE,
        }
    }

    /// A wrong argument, with the reason and the remedy.
    ///
    /// Its text is such as "`title:strin`: there is no type `strin`; choose string, text …".
    pub fn argument(argument: &str, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Argument {
            argument: argument.to_owned(),
            reason: reason.into(),
            remedy: remedy.into(),
        }
    }

    /// A name that a generated part cannot have. The reason may already contain a remedy after a semicolon.
    pub fn unfit_name(name: &str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        match reason.contains("; ") {
            true => Self::Field(format!("`{name}`: {reason}")),
            false => Self::argument(name, reason, "choose another name"),
        }
    }

    /// For `map_err`: the action that failed, and its path.
    pub fn disk(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Disk {
            action,
            path: path.into(),
            cause,
        }
    }

    /// For `map_err`: the template itself is wrong.
    pub fn template<E>(file: impl Into<String>) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |cause| Self::Template {
            file: file.into(),
            cause: cause.into(),
        }
    }
}

/// `` `a`, `b` or `c` ``
fn list(words: &[String], last_joined_by: &str) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => {
            format!("{} {last_joined_by} {last}", rest.join(", "))
        }
        Some((last, _)) => last.clone(),
        None => "nothing".to_owned(),
    }
}

/// `0.1.0, 0.2.0`
fn versions(versions: &[Version]) -> String {
    let versions: Vec<String> = versions.iter().map(Version::to_string).collect();
    versions.join(", ")
}

/// Each path on a line of its own, after a colon.
fn lines(paths: &[String]) -> String {
    let paths = paths.iter().map(|path| escape_control_characters(path));
    paths.map(|path| format!("\n  {path}")).collect()
}

/// Shows control characters as text, so that they cannot control the terminal.
fn escape_control_characters(text: &str) -> String {
    let show = |c: char| {
        if c.is_control() {
            c.escape_debug().to_string()
        } else {
            c.to_string()
        }
    };
    text.chars().map(show).collect()
}
