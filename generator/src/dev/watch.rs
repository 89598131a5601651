//! Watches the files that the app is built from or started with.
//!
//! These are the sources and manifests of the app and of the crates in its folder, and the settings. Views and assets do
//! not count, because the app reads them again without a restart.
//!
//! The system only reports that something happened; a comparison of the files then shows the change. So an editor may save
//! in several steps, and a change during a build is not missed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::dev::error::Error;

const MANIFEST: &str = "Cargo.toml";
const SOURCES: &str = "src";
const VENDOR: &str = "vendor";
/// Files beside the sources of each crate.
const CRATE_FILES: &[&str] = &[MANIFEST, "build.rs"];
/// Files at the top of the app.
const APP_FILES: &[&str] = &[".env", "Cargo.lock", "defaults.env", "rust-toolchain.toml"];
/// An editor, or git, has finished if nothing happens for this long.
const QUIET: Duration = Duration::from_millis(40);

pub struct Watch {
    root: PathBuf,
    seen: Snapshot,
    happened: Arc<Notify>,
    watcher: RecommendedWatcher,
}

/// The modification time and the size of each file.
type Snapshot = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

impl Watch {
    pub fn start(root: &Path) -> Result<Self, Error> {
        let failed = |cause| Error::Watch {
            path: root.to_owned(),
            cause,
        };
        let happened = Arc::new(Notify::new());
        let notify = Arc::clone(&happened);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // Reading a file is not a change; an error may hide a change.
            if event.map_or(true, |event| !event.kind.is_access()) {
                notify.notify_one();
            }
        })
        .map_err(failed)?;
        listen(&mut watcher, root).map_err(failed)?;
        Ok(Self {
            root: root.to_owned(),
            seen: snapshot(root),
            happened,
            watcher,
        })
    }

    /// Waits for a change, and returns a changed file, relative to the app.
    ///
    /// The future may be dropped and called again.
    pub async fn next(&mut self) -> PathBuf {
        loop {
            let now = snapshot(&self.root);
            if let Some(changed) = difference(&self.seen, &now) {
                self.seen = now;
                return changed
                    .strip_prefix(&self.root)
                    .unwrap_or(&changed)
                    .to_owned();
            }
            self.happened.notified().await;
            while timeout(QUIET, self.happened.notified()).await.is_ok() {}
            // A folder that has replaced another is not watched yet.
            let _ = listen(&mut self.watcher, &self.root);
        }
    }

    /// Ignores the lock file that a build has written, which is not a change.
    pub fn built(&mut self) {
        let lock = self.root.join("Cargo.lock");
        if let Some(state) = state(&lock) {
            self.seen.insert(lock, state);
        }
    }
}

/// Watches only folders that the app is built from.
///
/// `target`, `data` and `.git` change too often.
fn listen(watcher: &mut RecommendedWatcher, root: &Path) -> notify::Result<()> {
    let vendor = root.join(VENDOR);
    let vendor = vendor.is_dir().then_some(vendor);
    for folder in crates(root).into_iter().chain(vendor) {
        watcher.watch(&folder, RecursiveMode::NonRecursive)?;
        let sources = folder.join(SOURCES);
        // If the sources are missing, the folder's own change shows when they appear.
        if sources.is_dir() {
            watcher.watch(&sources, RecursiveMode::Recursive)?;
        }
    }
    Ok(())
}

/// The app itself, and the folders at its top and in `vendor/` with a crate.
fn crates(root: &Path) -> Vec<PathBuf> {
    let folders = [root.to_owned(), root.join(VENDOR)];
    let inside = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    let inside = inside.map(|entry| entry.path());
    let inside = inside.filter(|folder| folder.join(MANIFEST).is_file());
    [root.to_owned()].into_iter().chain(inside).collect()
}

fn snapshot(root: &Path) -> Snapshot {
    let mut snapshot = Snapshot::new();
    let mut files: Vec<PathBuf> = APP_FILES.iter().map(|name| root.join(name)).collect();
    for folder in crates(root) {
        files.extend(CRATE_FILES.iter().map(|name| folder.join(name)));
        collect(&folder.join(SOURCES), &mut snapshot);
    }
    for file in files {
        if let Some(state) = state(&file) {
            snapshot.insert(file, state);
        }
    }
    snapshot
}

fn collect(folder: &Path, snapshot: &mut Snapshot) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&path, snapshot);
        } else if !is_scratch(&entry.file_name().to_string_lossy())
            && let Some(state) = state(&path)
        {
            snapshot.insert(path, state);
        }
    }
}

/// Whether an editor keeps this file beside the file that it edits.
fn is_scratch(name: &str) -> bool {
    name.starts_with(['.', '#']) || name.ends_with('~')
}

fn state(file: &Path) -> Option<(Option<SystemTime>, u64)> {
    let metadata = file.metadata().ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

fn difference(old: &Snapshot, new: &Snapshot) -> Option<PathBuf> {
    let changed = new
        .iter()
        .find(|(file, state)| old.get(*file) != Some(*state));
    let gone = || old.iter().find(|(file, _)| !new.contains_key(*file));
    changed.or_else(gone).map(|(file, _)| file.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `None` if no change is noticed within this time.
    async fn change(watch: &mut Watch) -> Option<PathBuf> {
        timeout(Duration::from_millis(600), watch.next()).await.ok()
    }

    #[tokio::test]
    async fn only_changes_that_need_a_build_or_a_restart_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        };
        write("src/main.rs");
        write("vendor/hoglet-web/Cargo.toml");
        write("vendor/hoglet-web/src/lib.rs");
        let mut watch = Watch::start(folder.path()).unwrap();
        assert_eq!(change(&mut watch).await, None);

        for name in [
            "src/a/new.rs",
            ".env",
            "src/main.rs",
            "vendor/hoglet-web/src/a/new.rs",
            "vendor/hoglet-web/src/lib.rs",
            "vendor/hoglet-web/Cargo.toml",
        ] {
            write(name);
            assert_eq!(change(&mut watch).await, Some(name.into()), "{name}");
        }
        for name in [
            "target/debug/hedge",
            "data/app.sqlite",
            "templates/home.html",
            "static/app.css",
            "vendor/hoglet-web/templates/error.html",
            "vendor/hoglet-web/static/reload.js",
            "vendor/hoglet-web/tests/web/main.rs",
            "src/.main.rs.swp",
            "src/main.rs~",
            "notes.txt",
        ] {
            write(name);
            assert_eq!(change(&mut watch).await, None, "{name}");
        }

        write("Cargo.lock");
        watch.built();
        assert_eq!(change(&mut watch).await, None, "a build has written it");
        fs::remove_dir_all(folder.path().join("src")).unwrap();
        assert!(change(&mut watch).await.is_some());
        write("src/new.rs");
        assert_eq!(change(&mut watch).await, Some("src/new.rs".into()));
        write("src/new/deep.rs");
        assert_eq!(change(&mut watch).await, Some("src/new/deep.rs".into()));
    }

    #[tokio::test]
    async fn a_crate_that_comes_later_is_noticed_too() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("jobs/src/lib.rs");
        fs::create_dir_all(folder.path().join("src")).unwrap();
        let mut watch = Watch::start(folder.path()).unwrap();

        fs::create_dir_all(source.parent().unwrap()).unwrap();
        fs::write(folder.path().join("jobs/Cargo.toml"), "").unwrap();
        assert_eq!(change(&mut watch).await, Some("jobs/Cargo.toml".into()));
        fs::write(source, "").unwrap();
        assert_eq!(change(&mut watch).await, Some("jobs/src/lib.rs".into()));

        let manifest = folder.path().join("vendor/mail/Cargo.toml");
        fs::create_dir_all(manifest.parent().unwrap()).unwrap();
        // The folders come first, as when git or cargo writes them.
        assert_eq!(change(&mut watch).await, None);
        fs::write(manifest, "").unwrap();
        assert_eq!(
            change(&mut watch).await,
            Some("vendor/mail/Cargo.toml".into())
        );
    }
}
