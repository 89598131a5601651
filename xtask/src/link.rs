//! Symbolic links as git stores them.
//!
//! On a system without links (Windows), a file contains the target.

use std::fs;
use std::io;
use std::path::Path;

/// The link's target.
pub fn read(place: &Path) -> io::Result<String> {
    #[cfg(unix)]
    let target = fs::read_link(place)?.to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let target = fs::read_to_string(place)?;
    Ok(target)
}

/// Creates a link, and its folder if the folder is missing.
pub fn write(place: &Path, target: &str) -> io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(target, place)?;
    #[cfg(not(unix))]
    fs::write(place, target)?;
    Ok(())
}
