//! [`LockFile`]: the lock file that an update writes.

pub const PATH: &str = "Cargo.lock";

/// The lock file to write, and whether cargo must still complete it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockFile {
    pub text: String,
    pub is_complete: bool,
    /// To try if cargo refuses `text`: a crate of the user may need a newer version than the tested one.
    pub second_choice: Option<String>,
}
