//! Ctrl+C and a request to end, noticed between two steps instead of in the middle of one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code after Ctrl+C, as shells have it: 128 and the signal's number.
pub const INTERRUPTED: u8 = 130;

/// What ended a command that runs until it is told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Ctrl+C.
    Interrupted,
    /// A process manager, or a terminal that was closed.
    Asked,
}

/// A signal came before anything was written for good.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("interrupted; nothing was written")]
pub struct Interrupted;

#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on signals are noted and no longer end the process.
    pub fn listen() -> Self {
        let interrupt = Self::default();
        let noted = interrupt.clone();
        // Fails where a handler stands already; then signals go their usual way.
        let _ = ctrlc::set_handler(move || noted.0.store(true, Ordering::Relaxed));
        interrupt
    }

    /// An error once a signal came.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.0.load(Ordering::Relaxed) {
            Err(Interrupted)
        } else {
            Ok(())
        }
    }
}
