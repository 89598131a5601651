//! What all handlers share: the store, who waits for changes in it, and the trouble a test has asked for.

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
    /// posthog-js's own.
    pub scripts: Scripts,
    /// Address of the app it runs beside, once that is known.
    app: Mutex<Option<String>>,
    /// Every stream that is open holds one of these.
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

    /// To be held for as long as somebody listens.
    pub fn stream(&self) -> Arc<()> {
        Arc::clone(&self.stream)
    }

    /// How many listen.
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
        // A handler that panicked leaves numbers that are a little off at worst.
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

/// Milliseconds since 1970.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        })
}
