//! The files and folders that the user names.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use crate::base::Files;
use crate::error::Error;
use crate::generate::journal;
use crate::project::MARK;

/// Files that commands write. They are shown only if the user names them or their folder.
const BOOKKEEPING: &[&str] = &["Cargo.lock", MARK, journal::PATH];

/// Files and folders, relative to the app. The app itself is the empty path.
#[derive(Debug)]
pub struct Named(Vec<String>);

impl Named {
    /// Reads the paths of the command line. Each must be a file of the template, or contain one.
    pub fn new(app: &Path, folder: &Path, paths: &[PathBuf], files: &Files) -> Result<Self, Error> {
        if paths.is_empty() {
            return Ok(Self(vec![String::new()]));
        }
        let mut named = Vec::new();
        for path in paths {
            let wrong = |reason, remedy| Error::argument(&path.to_string_lossy(), reason, remedy);
            let inside = inside(app, folder, path).ok_or_else(|| {
                let remedy = "name a file or folder of the app";
                wrong("it is outside of the app", remedy)
            })?;
            if !files.keys().any(|file| is_in(file, &inside)) {
                let remedy = "`hoglet diff --stat` lists the files that you have changed";
                return Err(wrong("the template has no such file or folder", remedy));
            }
            named.push(inside);
        }
        Ok(Self(named))
    }

    pub fn contains(&self, path: &str) -> bool {
        let is_bookkeeping = BOOKKEEPING.contains(&path);
        let mut named = self.0.iter();
        named.any(|named| is_in(path, named) && !(is_bookkeeping && named.is_empty()))
    }
}

/// Whether `named` is this file or a folder that contains it.
fn is_in(file: &str, named: &str) -> bool {
    let rest = file.strip_prefix(named);
    rest.is_some_and(|rest| named.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

/// The path relative to the app, with `/` between its parts. `None` if it is outside.
fn inside(app: &Path, folder: &Path, path: &Path) -> Option<String> {
    // No file of the template has a backslash in its name, so a backslash is a separator on every system.
    let slashes = |path: &Path| path.to_string_lossy().replace('\\', "/");
    let path = match path.is_absolute() {
        true => path.to_owned(),
        false => without_dots(&folder.join(slashes(path))),
    };
    let inside = match path.strip_prefix(app) {
        Ok(inside) => inside.to_owned(),
        // The path may lead to the app through a link.
        Err(_) => {
            let app = app.canonicalize().ok()?;
            real(&path)?.strip_prefix(app).ok()?.to_owned()
        }
    };
    let inside = without_dots(Path::new(&slashes(&inside)));
    let mut parts = Vec::new();
    for part in inside.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?.to_owned()),
            _ => return None,
        }
    }
    Some(parts.join("/"))
}

/// The path without `.` and `..`.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

/// The path without links. The file itself may be deleted.
fn real(path: &Path) -> Option<PathBuf> {
    let mut existing = path.ancestors();
    let real = existing.find_map(|above| Some((above, above.canonicalize().ok()?)));
    let (above, real) = real?;
    let rest: OsString = path.strip_prefix(above).ok()?.into();
    Some(real.join(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(folder: &str, path: &str) -> Option<String> {
        inside(
            Path::new("/app"),
            &Path::new("/app").join(folder),
            path.as_ref(),
        )
    }

    #[cfg(unix)]
    #[test]
    fn paths_are_relative_to_the_users_folder() {
        let some = |path: &str| Some(path.to_owned());
        assert_eq!(of("", "src"), some("src"));
        assert_eq!(of("", "./src/"), some("src"));
        assert_eq!(of("", "."), some(""));
        assert_eq!(of("src/models", "../routes.rs"), some("src/routes.rs"));
        assert_eq!(of("src", "../vendor"), some("vendor"));
        assert_eq!(of("src", ".."), some(""));
        assert_eq!(
            of("src", "..\\vendor\\hoglet-web"),
            some("vendor/hoglet-web")
        );
        assert_eq!(of("src", "/app/vendor"), some("vendor"));
        assert_eq!(of("src", "/app/src/../vendor"), some("vendor"));
        assert_eq!(of("", "/app"), some(""));
        assert_eq!(of("src", "../.."), None);
        assert_eq!(of("", "/application"), None);
        assert_eq!(of("", "../application/src"), None);
    }

    #[test]
    fn a_folder_has_the_files_in_it() {
        assert!(is_in("src/a.rs", "src") && is_in("src/a.rs", "src/a.rs") && is_in("a", ""));
        assert!(
            !is_in("src/a.rs", "sr") && !is_in("src2/a.rs", "src") && !is_in("src", "src/a.rs")
        );
    }

    #[test]
    fn what_commands_write_must_be_named() {
        let all = Named(vec![String::new()]);
        assert!(all.contains("Cargo.toml") && !all.contains("Cargo.lock"));
        assert!(!all.contains(MARK) && !all.contains(journal::PATH));
        let some = Named(vec![
            String::new(),
            "Cargo.lock".to_owned(),
            ".hoglet".to_owned(),
        ]);
        assert!(some.contains("Cargo.lock") && some.contains(journal::PATH));
    }
}
