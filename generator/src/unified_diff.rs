//! The changes of a command as a unified diff, which `git apply` and `patch -p1` understand.

use similar::TextDiff;

use crate::write::changes::Change;

pub fn unified(changes: &[Change]) -> String {
    changes.iter().map(file).collect()
}

fn file(change: &Change) -> String {
    let text = |contents: &Option<Vec<u8>>| {
        let contents = contents.as_deref().unwrap_or_default();
        String::from_utf8_lossy(contents).into_owned()
    };
    let name = |side: &str, contents: &Option<Vec<u8>>| match contents {
        Some(_) => format!("{side}/{}", change.path),
        None => "/dev/null".to_owned(),
    };
    let (old, new) = (text(&change.before), text(&change.after));
    TextDiff::from_lines(&old, &new)
        .unified_diff()
        .header(&name("a", &change.before), &name("b", &change.after))
        .to_string()
}
