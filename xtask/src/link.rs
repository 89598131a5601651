//! Links as git knows them: on a system without them (Windows) a file in the place of one holds its target.

use std::fs;
use std::io;
use std::path::Path;

/// Where it leads.
pub fn read(place: &Path) -> io::Result<String> {
    #[cfg(unix)]
    let target = fs::read_link(place)?.to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let target = fs::read_to_string(place)?;
    Ok(target)
}

/// With the folder around it, where that is missing.
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
