//! [`Lock`]: only one command at a time changes an app.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::project::MARK;

/// Other commands need milliseconds. If the lock is held this long, the command that holds it hangs.
const LONGEST: Duration = Duration::from_secs(10);

/// The system releases the lock when it is dropped, and when the process ends in any way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until no other command works on the app.
    pub fn take(app: &Path, interrupt: &Interrupt) -> Result<Self, Error> {
        let path = app.join(MARK);
        let file = File::open(&path).map_err(Error::disk("read", path))?;
        let start = Instant::now();
        loop {
            interrupt.check()?;
            match file.try_lock() {
                // Some network file systems have no locks. There, only the check of each file before its replacement helps.
                Ok(()) | Err(TryLockError::Error(_)) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if start.elapsed() > LONGEST => {
                    return Err(Error::Busy);
                }
                Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(10)),
            }
        }
    }
}
