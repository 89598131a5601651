//! Ctrl+C and other signals, handled between two steps instead of in the middle of one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code after Ctrl+C, as shells have it: 128 and the signal's number.
pub const INTERRUPTED: u8 = 130;

/// Why a command ended that runs until it is told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Ctrl+C.
    Interrupted,
    /// A process manager, or a terminal that was closed.
    Asked,
}

/// A signal came before the files were in their place.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("interrupted; nothing was written")]
pub struct Interrupted;

#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on signals are only recorded and no longer end the process.
    pub fn listen() -> Self {
        let interrupt = Self::default();
        let noted = interrupt.clone();
        // It fails if there is a handler already; then a signal ends the process as usual.
        let _ = ctrlc::set_handler(move || noted.0.store(true, Ordering::Relaxed));
        interrupt
    }

    /// An error if a signal has come.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.0.load(Ordering::Relaxed) {
            Err(Interrupted)
        } else {
            Ok(())
        }
    }
}
