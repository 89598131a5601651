//! The state that all handlers share: the store, its changes, and the failures that a test asked for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::failures::Failures;
use crate::scripts::Scripts;
use crate::store::Store;

pub struct Standin {
    store: Mutex<Store>,
    changes: watch::Sender<u64>,
    pub failures: Failures,
    /// The scripts of posthog-js.
    pub scripts: Scripts,
    /// Address of the app that runs beside the stand-in, if it is known.
    app: Mutex<Option<String>>,
    /// Every open stream holds a clone, so the number of clones is the number of streams.
    stream: Arc<()>,
}

impl Standin {
    pub fn new(store: Store, scripts: Scripts) -> Self {
        Self {
            store: Mutex::new(store),
            changes: watch::Sender::new(0),
            failures: Failures::default(),
            scripts,
            app: Mutex::new(None),
            stream: Arc::new(()),
        }
    }

    /// The clone that a stream holds for as long as it is open.
    pub fn stream(&self) -> Arc<()> {
        Arc::clone(&self.stream)
    }

    /// The number of open streams.
    pub fn streams(&self) -> usize {
        Arc::strong_count(&self.stream) - 1
    }

    pub fn app(&self) -> Option<String> {
        let app = self.app.lock();
        app.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set_app(&self, address: &str) {
        let mut app = self.app.lock().unwrap_or_else(PoisonError::into_inner);
        *app = Some(address.trim_end_matches('/').to_owned());
        drop(app);
        self.changes.send_modify(|number| *number += 1);
    }

    pub fn read(&self) -> MutexGuard<'_, Store> {
        // If a handler panicked, some numbers may be slightly wrong.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut Store) -> T) -> T {
        let result = change(&mut self.read());
        self.changes.send_modify(|number| *number += 1);
        result
    }

    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

/// The time in milliseconds since 1970.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        })
}
