//! The hint that the app can be updated. It comes at most once a day and needs no network.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use semver::Version;

use crate::project::Project;

/// A file in the app's folder, which git ignores. Its modification time is the time of the last hint.
const LAST_HINT: &str = "data/hoglet-update-hint";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The hint, if the installed template is newer than the app's and there was no hint in the last 24 hours.
///
/// If `data/` is not writable there is no hint, because it would come at every start.
pub fn update_hint(project: &Project) -> Option<String> {
    let installed = env!("CARGO_PKG_VERSION").parse().ok()?;
    let hint = words(&installed, &project.template_version()?)?;
    let last_hint = project.root.join(LAST_HINT);
    let now = SystemTime::now();
    let comes_now = is_due(&last_hint, now) && record(&last_hint, now).is_ok();
    comes_now.then_some(hint)
}

fn words(installed: &Version, app: &Version) -> Option<String> {
    (installed > app).then(|| {
        format!(
            "Hoglet {installed} is installed, and this app is from {app}: `hoglet update --dry-run` shows the changes."
        )
    })
}

/// Whether a day has passed since the last hint. If that was in the future, the clock was or is wrong, and the hint is due.
fn is_due(last_hint: &Path, now: SystemTime) -> bool {
    let last = fs::metadata(last_hint).and_then(|file| file.modified());
    let age = last.ok().and_then(|last| now.duration_since(last).ok());
    age.is_none_or(|age| age >= DAY)
}

fn record(last_hint: &Path, now: SystemTime) -> io::Result<()> {
    if let Some(data) = last_hint.parent() {
        fs::create_dir_all(data)?;
    }
    let mut file = File::create(last_hint)?;
    file.write_all(b"hoglet dev gave its hint about updates at the time of this file.\n")?;
    file.set_modified(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_newer_template_is_worth_a_hint() {
        let version = |minor| Version::new(0, minor, 0);
        assert_eq!(
            words(&version(2), &version(1)).as_deref(),
            Some(
                "Hoglet 0.2.0 is installed, and this app is from 0.1.0: `hoglet update --dry-run` shows the changes."
            )
        );
        assert_eq!(words(&version(2), &version(2)), None);
        assert_eq!(words(&version(2), &version(3)), None);
    }

    #[test]
    fn it_is_due_once_a_day() {
        let app = tempfile::tempdir().unwrap();
        let file = app.path().join(LAST_HINT);
        let now = SystemTime::now();
        assert!(is_due(&file, now));
        record(&file, now).unwrap();
        let minute = Duration::from_secs(60);
        assert!(!is_due(&file, now));
        assert!(!is_due(&file, now + DAY - minute));
        assert!(is_due(&file, now + DAY + minute));
        record(&file, now + DAY + minute).unwrap();
        assert!(!is_due(&file, now + DAY + DAY));
    }

    #[test]
    fn a_clock_that_was_set_back_silences_it_for_no_day() {
        let app = tempfile::tempdir().unwrap();
        let file = app.path().join(LAST_HINT);
        let now = SystemTime::now();
        record(&file, now + DAY * 365).unwrap();
        assert!(is_due(&file, now));
        record(&file, now).unwrap();
        assert!(!is_due(&file, now));
    }

    #[test]
    fn without_a_place_to_remember_it_there_is_none() {
        let app = tempfile::tempdir().unwrap();
        let root = app.path().to_owned();
        let name = "hedge".to_owned();
        fs::write(root.join(".hoglet.toml"), "template_version = \"0.0.1\"\n").unwrap();
        fs::write(root.join("data"), "a file is in the way").unwrap();
        let project = Project { root, name };
        assert_eq!(update_hint(&project), None);
        fs::remove_file(project.root.join("data")).unwrap();
        assert!(update_hint(&project).is_some());
        assert_eq!(update_hint(&project), None);
    }
}
