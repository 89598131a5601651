//! Conflicts that an earlier update left and that are not resolved yet.

use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use crate::error::Error;
use crate::write::git::work_tree::WorkTree;

/// Folders that contain no files of an update.
const OTHER_FOLDERS: &[&str] = &[".git", "data", "node_modules", "target"];

/// The size of the largest file that is searched. Sources are smaller.
const LARGEST: u64 = 10_000_000;

/// The start of the first marker, with the label from [`planned`](super::planned).
const START: &str = "<<<<<<< yours";
const END: &str = ">>>>>>> hoglet ";

/// A file with conflicts. `lines` is empty if there are no markers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    pub file: String,
    pub lines: Vec<RangeInclusive<usize>>,
}

/// The unmerged files of the repository. Without a repository, the files that contain markers of an update.
pub fn find(app: &Path, work_tree: Option<&WorkTree>) -> Result<Vec<Unresolved>, Error> {
    let Some(work_tree) = work_tree else {
        let mut found = Vec::new();
        search(app, "", &mut found);
        found.sort_by(|one: &Unresolved, other| one.file.cmp(&other.file));
        return Ok(found);
    };
    let files = work_tree.unmerged()?.into_iter();
    Ok(files
        .map(|file| Unresolved {
            lines: fs::read(app.join(&file)).map_or_else(|_| Vec::new(), |text| marked(&text)),
            file,
        })
        .collect())
}

/// Searches a folder. `prefix` is its path in the app.
fn search(folder: &Path, prefix: &str, found: &mut Vec<Unresolved>) {
    // Something that cannot be read, such as a socket, has no conflicts.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // For a link, it is that of the link.
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        let file = format!("{prefix}{name}");
        if metadata.is_dir() {
            if !OTHER_FOLDERS.contains(&&*file) {
                search(&entry.path(), &format!("{file}/"), found);
            }
        } else if metadata.is_file() && metadata.len() <= LARGEST {
            let lines = fs::read(entry.path()).map_or_else(|_| Vec::new(), |text| marked(&text));
            if !lines.is_empty() {
                found.push(Unresolved { file, lines });
            }
        }
    }
}

/// The lines of each conflict, from its first to its last marker, counted from 1.
fn marked(text: &[u8]) -> Vec<RangeInclusive<usize>> {
    let mut lines = Vec::new();
    let mut start = None;
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        if line.starts_with(START.as_bytes()) {
            start = Some(number);
        } else if line.starts_with(END.as_bytes())
            && let Some(start) = start.take()
        {
            lines.push(start..=number);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFLICT: &str = "a\n<<<<<<< yours\nb\n=======\nc\n>>>>>>> hoglet 0.2.0\n";

    #[test]
    fn markers_of_an_update_are_found() {
        assert_eq!(marked(CONFLICT.as_bytes()), [2..=6]);
        assert_eq!(marked(CONFLICT.repeat(2).as_bytes()), [2..=6, 8..=12]);
        assert_eq!(marked(CONFLICT.replace('\n', "\r\n").as_bytes()), [2..=6]);
        let of_git = CONFLICT.replace("hoglet 0.2.0", "main");
        assert_eq!(marked(of_git.as_bytes()), []);
        assert_eq!(marked(&[0, 255, b'\n']), []);
    }

    #[test]
    fn without_a_repository_the_files_are_searched() {
        let app = tempfile::tempdir().unwrap();
        for file in ["src/a.rs", "target/b.rs", "src/target/c.rs", "d.rs"] {
            let file = app.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, CONFLICT).unwrap();
        }
        fs::write(app.path().join("d.rs"), "resolved\n").unwrap();
        let large = app.path().join("large.sql");
        fs::write(&large, CONFLICT).unwrap();
        let file = fs::File::options().write(true).open(large).unwrap();
        file.set_len(LARGEST + 1).unwrap();
        let found = find(app.path(), None).unwrap();
        let files: Vec<&str> = found.iter().map(|found| found.file.as_str()).collect();
        assert_eq!(files, ["src/a.rs", "src/target/c.rs"]);
    }
}
