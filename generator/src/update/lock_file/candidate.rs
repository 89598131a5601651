//! [`LockFile`]: the lock file that an update writes.

pub const PATH: &str = "Cargo.lock";

/// The lock file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockFile {
    /// The bytes on the disk.
    pub before: Vec<u8>,
    pub text: String,
    /// If `false`, cargo must complete it.
    pub is_complete: bool,
    /// The text to try if cargo refuses `text`: a crate of the user may need a newer version than the tested one.
    pub second_choice: Option<String>,
}
