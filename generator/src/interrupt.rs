//! Ctrl+C and other signals, handled between two steps of the work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code after Ctrl+C, as in shells: 128 plus the signal's number.
pub const INTERRUPTED: u8 = 130;

/// The reason why a long-running command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Ctrl+C.
    Interrupted,
    /// A process manager, or a terminal that was closed.
    Asked,
}

/// A signal came before the files were moved to the app's directory.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("interrupted; nothing was written")]
pub struct Interrupted;

#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on, signals are only recorded and no longer end the process.
    pub fn listen() -> Self {
        let interrupt = Self::default();
        let noted = interrupt.clone();
        // This fails if there is a handler already. Then a signal ends the process as usual.
        let _ = ctrlc::set_handler(move || noted.0.store(true, Ordering::Relaxed));
        interrupt
    }

    /// As if a signal had come.
    #[cfg(test)]
    pub fn after_signal() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// Returns an error if a signal has come.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.0.load(Ordering::Relaxed) {
            Err(Interrupted)
        } else {
            Ok(())
        }
    }
}
