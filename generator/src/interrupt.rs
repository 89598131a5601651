//! Ctrl+C and a request to end, noticed between two steps instead of in the middle of one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;

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
    pub fn check(&self) -> Result<(), Error> {
        if self.0.load(Ordering::Relaxed) {
            Err(Error::Interrupted)
        } else {
            Ok(())
        }
    }
}
