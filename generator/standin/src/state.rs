//! The state file, which keeps the data for the next start.
//!
//! [`saved`] has its contents. The file is written some time after a change, and at the end. The data is first written to a
//! second file, which is then renamed, so that a killed process leaves a complete file.

mod saved;

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::standin::{Standin, now};
use crate::state::saved::{Saved, Snapshot};
use crate::store::Store;

/// The shortest pause between two writes. Writing takes at most 1/`SHARE` of the time.
const PAUSE: Duration = Duration::from_secs(1);
const SHARE: u32 = 20;

pub struct State {
    file: PathBuf,
    /// A lock that this process holds for as long as it uses the file.
    _lock: File,
    log: fn(&str),
    /// Only one write at a time.
    writing: Mutex<()>,
    failing: AtomicBool,
}

impl State {
    /// Reads the file into the store. Returns `None` if the file cannot be used, and logs the reason.
    pub fn open(file: &Path, store: &mut Store, log: fn(&str)) -> Option<Self> {
        let shown = file.display();
        let lock = match lock(file) {
            Ok(lock) => lock,
            Err(TryLockError::WouldBlock) => {
                log(&format!(
                    "`{shown}` belongs to another hoglet that is running; new data is not kept"
                ));
                return None;
            }
            Err(TryLockError::Error(cause)) => {
                log(&format!(
                    "cannot write `{shown}` ({cause}); new data is not kept"
                ));
                return None;
            }
        };
        let state = Self {
            file: file.to_owned(),
            _lock: lock,
            log,
            writing: Mutex::new(()),
            failing: AtomicBool::new(false),
        };
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Some(state),
            Err(cause) if cause.kind() == ErrorKind::InvalidData => {
                return state.set_aside("it is not text");
            }
            Err(cause) => {
                log(&format!(
                    "cannot read `{shown}` ({cause}); it is left as it is, and new data is not kept"
                ));
                return None;
            }
        };
        // Some editors on Windows put a byte order mark at the beginning.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        match saved::read(text).and_then(|saved| saved::restore(store, saved)) {
            Ok(()) => Some(state),
            Err(cause) => state.set_aside(&cause),
        }
    }

    /// Renames a file that cannot be read, so that it is not lost.
    fn set_aside(self, cause: &str) -> Option<Self> {
        let shown = self.file.display();
        let renamed = self.file.with_extension(format!("{}.json", now()));
        match fs::rename(&self.file, &renamed) {
            Ok(()) => {
                (self.log)(&format!(
                    "cannot use `{shown}` ({cause}); it is now `{}`, and the stand-in starts empty",
                    renamed.display()
                ));
                Some(self)
            }
            Err(failed) => {
                (self.log)(&format!(
                    "cannot use `{shown}` ({cause}) nor rename it ({failed}); new data is not kept"
                ));
                None
            }
        }
    }

    /// Writes the file after each change, and never returns.
    pub async fn keep(self: Arc<Self>, standin: Arc<Standin>) {
        let mut changes = standin.changes();
        let mut pause = PAUSE;
        // The sender lives as long as the stand-in, and this task keeps the stand-in alive.
        while changes.changed().await.is_ok() {
            tokio::time::sleep(pause).await;
            changes.mark_unchanged();
            let (state, standin) = (Arc::clone(&self), Arc::clone(&standin));
            let begun = Instant::now();
            // A panic is reported by its hook; the next change tries again.
            let _ = tokio::task::spawn_blocking(move || state.save(&standin)).await;
            pause = PAUSE.max(begun.elapsed() * SHARE);
        }
    }

    pub fn save(&self, standin: &Standin) {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = Snapshot::of(&standin.read());
        match write(&self.file, &snapshot.saved()) {
            Ok(()) => self.failing.store(false, Ordering::Relaxed),
            Err(cause) if !self.failing.swap(true, Ordering::Relaxed) => (self.log)(&format!(
                "cannot write `{}` ({cause}); make room or permission for it, or new data is not kept",
                self.file.display()
            )),
            // The failure has been logged already.
            Err(_) => {}
        }
    }
}

fn lock(file: &Path) -> Result<File, TryLockError> {
    let open = || {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        File::create(beside(file, "lock"))
    };
    let lock = open().map_err(TryLockError::Error)?;
    lock.try_lock()?;
    Ok(lock)
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.to_owned().into_os_string();
    name.push(".");
    name.push(ending);
    name.into()
}

fn write(file: &Path, saved: &Saved) -> io::Result<()> {
    let new = beside(file, "new");
    let mut out = BufWriter::new(File::create(&new)?);
    serde_json::to_writer(&mut out, saved)?;
    out.flush()?;
    out.get_ref().sync_all()?;
    fs::rename(&new, file)
}

#[cfg(test)]
#[path = "state/state_tests.rs"]
mod tests;
