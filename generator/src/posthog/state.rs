//! The file that keeps what has come in, so that a restart loses nothing.
//!
//! It holds the events that are kept, the older ones that made people what they are, the flags and the counts. At
//! start-up the events are taken in again, so people, groups and warnings are what the rules make of them today. It
//! is written some time after a change, and at the end: to a file beside it, which then takes its name, so that a
//! process that is killed leaves the last whole one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::event::Event;
use super::flags::Flag;
use super::standin::{Standin, now};
use super::store::{Counts, Kept, Store};

const VERSION: u32 = 1;
/// What the events in the file may weigh together; the oldest stay out.
const HEAVIEST: usize = 48 * 1024 * 1024;
/// Writes come no closer to each other than this, and take a twentieth of the time at most.
const PAUSE: Duration = Duration::from_secs(1);
const SHARE: u32 = 20;

pub struct State {
    file: PathBuf,
    /// Held for as long as this process writes the file.
    _lock: File,
    say: fn(&str),
    /// Two writes at once would write into each other.
    writing: Mutex<()>,
    failing: AtomicBool,
}

#[derive(Serialize, Deserialize)]
struct Saved<'a> {
    version: u32,
    counts: Counts,
    flags: BTreeMap<String, Flag>,
    flags_version: u64,
    flags_asked: BTreeMap<String, BTreeSet<String>>,
    #[serde(borrow)]
    events: Vec<SavedEvent<'a>>,
}

#[derive(Serialize, Deserialize)]
struct SavedEvent<'a> {
    sequence: u64,
    received_at: u64,
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow)]
    token: Cow<'a, str>,
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow)]
    uuid: Cow<'a, str>,
    #[serde(borrow)]
    distinct_id: Cow<'a, str>,
    #[serde(borrow)]
    timestamp: Option<Cow<'a, str>>,
    #[serde(borrow)]
    properties: &'a RawValue,
}

impl State {
    /// Takes what the file holds into the store. `None` where the file cannot be kept up to date from now on; it is
    /// said why.
    pub fn open(file: &Path, store: &mut Store, say: fn(&str)) -> Option<Self> {
        let shown = file.display();
        let lock = match lock(file) {
            Ok(lock) => lock,
            Err(TryLockError::WouldBlock) => {
                say(&format!(
                    "`{shown}` belongs to another hoglet that is running; what arrives here is forgotten at the end"
                ));
                return None;
            }
            Err(TryLockError::Error(cause)) => {
                say(&format!(
                    "cannot write `{shown}` ({cause}); what arrives is forgotten at the end"
                ));
                return None;
            }
        };
        let state = Self {
            file: file.to_owned(),
            _lock: lock,
            say,
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
                say(&format!(
                    "cannot read `{shown}` ({cause}); it is left as it is, and what arrives is forgotten at the end"
                ));
                return None;
            }
        };
        match read(&text) {
            Ok(saved) => {
                restore(store, saved);
                Some(state)
            }
            Err(cause) => state.set_aside(&cause),
        }
    }

    /// What cannot be read may be worth something to somebody, so it is not written over.
    fn set_aside(self, cause: &str) -> Option<Self> {
        let shown = self.file.display();
        let aside = self.file.with_extension(format!("{}.json", now()));
        match fs::rename(&self.file, &aside) {
            Ok(()) => {
                (self.say)(&format!(
                    "cannot use `{shown}` ({cause}); it is now `{}`, and the stand-in begins empty",
                    aside.display()
                ));
                Some(self)
            }
            Err(failed) => {
                (self.say)(&format!(
                    "cannot use `{shown}` ({cause}) nor rename it ({failed}); what arrives is forgotten at the end"
                ));
                None
            }
        }
    }

    /// Writes the file whenever something has changed, for ever.
    pub async fn keep(self: Arc<Self>, standin: Arc<Standin>) {
        let mut changes = standin.changes();
        let mut pause = PAUSE;
        // The sender lives as long as the stand-in, which we hold.
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
            Err(cause) if !self.failing.swap(true, Ordering::Relaxed) => (self.say)(&format!(
                "cannot write `{}` ({cause}); make room or permission for it, or what arrives is forgotten at the end",
                self.file.display()
            )),
            // It has been said.
            Err(_) => {}
        }
    }
}

/// What is to be written, taken while the store is locked and written when it no longer is.
struct Snapshot {
    counts: Counts,
    flags: BTreeMap<String, Flag>,
    flags_version: u64,
    flags_asked: BTreeMap<String, BTreeSet<String>>,
    events: Vec<Arc<Kept>>,
}

impl Snapshot {
    fn of(store: &Store) -> Self {
        let mut weight = 0;
        let fits = |event: &&Arc<Kept>| {
            weight += event.weight();
            weight <= HEAVIEST
        };
        let mut newest: Vec<_> = store.events().rev().take_while(fits).cloned().collect();
        newest.reverse();
        Self {
            counts: store.counts.clone(),
            flags: store.flags.clone(),
            flags_version: store.flags_version,
            flags_asked: store.flags_asked().clone(),
            events: store.past().cloned().chain(newest).collect(),
        }
    }

    fn saved(&self) -> Saved<'_> {
        Saved {
            version: VERSION,
            counts: self.counts.clone(),
            flags: self.flags.clone(),
            flags_version: self.flags_version,
            flags_asked: self.flags_asked.clone(),
            events: self.events.iter().map(|event| saved(event)).collect(),
        }
    }
}

fn saved(event: &Kept) -> SavedEvent<'_> {
    SavedEvent {
        sequence: event.sequence,
        received_at: event.received_at,
        path: Cow::Borrowed(&event.path),
        token: Cow::Borrowed(&event.token),
        event: Cow::Borrowed(&event.name),
        uuid: Cow::Borrowed(&event.uuid),
        distinct_id: Cow::Borrowed(&event.distinct_id),
        timestamp: event.timestamp.as_deref().map(Cow::Borrowed),
        properties: &event.properties,
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

fn read(text: &str) -> Result<Saved<'_>, String> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let found: Versioned = serde_json::from_str(text).map_err(|cause| cause.to_string())?;
    if found.version != VERSION {
        return Err(format!(
            "it is of version {}, this hoglet knows version {VERSION}",
            found.version
        ));
    }
    serde_json::from_str(text).map_err(|cause| cause.to_string())
}

/// Takes the events in again. Flags that were given on the command line win over those in the file.
fn restore(store: &mut Store, saved: Saved) {
    for (key, flag) in saved.flags {
        store.flags.entry(key).or_insert(flag);
    }
    for event in saved.events {
        // A `RawValue` is JSON, but not for that an object.
        let Ok(properties) = serde_json::from_str(event.properties.get()) else {
            continue;
        };
        store.counts.events = event.sequence.saturating_sub(1);
        let taken = Event {
            token: event.token.into(),
            name: event.event.into_owned(),
            uuid: event.uuid.into_owned(),
            distinct_id: event.distinct_id.into_owned(),
            timestamp: event.timestamp.map(Cow::into_owned),
            properties,
        };
        let path = event.path.into_owned();
        store.take(taken, event.properties.to_owned(), path, event.received_at);
    }
    for (flag, variants) in saved.flags_asked {
        store.asked(&flag, None);
        for variant in variants {
            store.asked(&flag, Some(&variant));
        }
    }
    // One more than it was: a client that evaluates locally may know the old flags.
    store.flags_version = saved.flags_version + 1;
    let kept = store.events().len() as u64;
    store.counts = Counts {
        forgotten: saved.counts.events.saturating_sub(kept),
        ..saved.counts
    };
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
#[path = "state_tests.rs"]
mod tests;
