//! The order in which an update writes the files.

use crate::update::origin_last;
use crate::write::changes::Change;

#[test]
fn the_version_of_the_app_is_written_last() {
    let paths = [".gitignore", ".hoglet.toml", "README.md", "src/main.rs"];
    let mut changes = paths.map(|path| Change {
        path: path.to_owned(),
        moved_from: None,
        before: None,
        after: None,
    });
    origin_last(&mut changes);
    let order = changes.map(|change| change.path);
    assert_eq!(
        order,
        [".gitignore", "README.md", "src/main.rs", ".hoglet.toml"]
    );
}
