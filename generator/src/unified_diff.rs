//! Changes of files as a unified diff, as `git diff` shows them. `git apply` and `patch -p1` understand it.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

use crate::colors::{ADDED, REMOVED};
use crate::write::changes::Change;

/// The styles of the parts of a diff.
struct Styles {
    file: Style,
    place: Style,
    removed: Style,
    added: Style,
}

const PLAIN: Styles = Styles {
    file: Style::new(),
    place: Style::new(),
    removed: Style::new(),
    added: Style::new(),
};

/// The colors of `git diff`.
const COLORS: Styles = Styles {
    file: Style::new().bold(),
    place: AnsiColor::Cyan.on_default(),
    removed: REMOVED,
    added: ADDED,
};

pub fn unified(changes: &[Change]) -> String {
    changes.iter().map(|change| file(change, &PLAIN)).collect()
}

pub fn unified_in_colors(changes: &[Change]) -> String {
    changes.iter().map(|change| file(change, &COLORS)).collect()
}

/// The numbers of added and removed lines. `None` for a file that is not UTF-8.
pub fn count(change: &Change) -> Option<(usize, usize)> {
    let (before, after) = texts(change)?;
    let tags = diff(before, after);
    let tags: Vec<ChangeTag> = tags.iter_all_changes().map(|line| line.tag()).collect();
    let count = |wanted| tags.iter().filter(|tag| **tag == wanted).count();
    Some((count(ChangeTag::Insert), count(ChangeTag::Delete)))
}

fn file(change: &Change, styles: &Styles) -> String {
    if change.before == change.after {
        return String::new();
    }
    let path = &change.path;
    let name = |side: &str, contents: &Option<Vec<u8>>| match contents {
        Some(_) => format!("{side}/{path}"),
        None => "/dev/null".to_owned(),
    };
    let (old, new) = (name("a", &change.before), name("b", &change.after));
    let Some((before, after)) = texts(change) else {
        // There is no `diff --git` header here. With this header, `git apply` would refuse the whole diff.
        return format!("Binary files {old} and {new} differ\n");
    };

    let mut head = format!("diff --git a/{path} b/{path}\n");
    // An empty file has no lines. Only this header shows that it is new or deleted.
    match (&change.before, &change.after) {
        (None, _) => head += "new file mode 100644\n",
        (_, None) => head += "deleted file mode 100644\n",
        _ => {}
    }
    let diff = diff(before, after);
    let hunks: String = diff
        .unified_diff()
        .iter_hunks()
        .map(|hunk| {
            let place = styles.place;
            let lines = hunk.iter_changes();
            let lines = lines.map(|change| line(change.tag(), change.value(), styles));
            format!("{place}{}{place:#}\n", hunk.header()) + &lines.collect::<String>()
        })
        .collect();
    if !hunks.is_empty() {
        head += &format!("--- {old}\n+++ {new}\n");
    }
    let style = styles.file;
    let head = head.lines().map(|line| format!("{style}{line}{style:#}\n"));
    head.collect::<String>() + &hunks
}

fn line(tag: ChangeTag, line: &str, styles: &Styles) -> String {
    let style = match tag {
        ChangeTag::Equal => Style::new(),
        ChangeTag::Delete => styles.removed,
        ChangeTag::Insert => styles.added,
    };
    let (text, end) = match line.strip_suffix('\n') {
        Some(text) => (text, "\n"),
        None => (line, "\n\\ No newline at end of file\n"),
    };
    let mut shown = String::new();
    write!(shown, "{style}{tag}{text}{style:#}{end}").expect("a string takes every text");
    shown
}

/// Both versions. A missing file has no lines.
fn texts(change: &Change) -> Option<(&str, &str)> {
    Some((text(&change.before)?, text(&change.after)?))
}

fn text(contents: &Option<Vec<u8>>) -> Option<&str> {
    str::from_utf8(contents.as_deref().unwrap_or_default()).ok()
}

/// As in git, only a line feed ends a line.
fn diff<'a>(before: &'a str, after: &'a str) -> TextDiff<'a, 'a, str> {
    let lines = |text: &'a str| -> Vec<&'a str> { text.split_inclusive('\n').collect() };
    TextDiff::from_slices(&lines(before), &lines(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    fn change(before: Option<&[u8]>, after: Option<&[u8]>) -> Change {
        Change {
            path: "src/a.rs".to_owned(),
            moved_from: None,
            before: before.map(<[u8]>::to_vec),
            after: after.map(<[u8]>::to_vec),
        }
    }

    #[test]
    fn a_changed_file_has_its_lines_and_three_around_them() {
        let changes = [change(
            Some(b"1\n2\n3\n4\n5\n6\n7"),
            Some(b"1\n2\n3\n4\nfive\rsix\n6\n7"),
        )];
        assert_snapshot!(unified(&changes).replace('\r', "<CR>"), @r"
        diff --git a/src/a.rs b/src/a.rs
        --- a/src/a.rs
        +++ b/src/a.rs
        @@ -2,6 +2,6 @@
         2
         3
         4
        -5
        +five<CR>six
         6
         7
        \ No newline at end of file
        ");
        let colored = unified_in_colors(&changes);
        assert!(colored.contains("\u{1b}[31m-5\u{1b}[0m\n"), "{colored:?}");
        let plain = anstream::adapter::strip_str(&colored).to_string();
        assert_eq!(plain, unified(&changes));
        assert_eq!(count(&changes[0]), Some((1, 1)));
    }

    #[test]
    fn empty_files_are_new_or_deleted_without_lines() {
        let changes = [
            change(None, Some(b"")),
            change(Some(b""), None),
            change(Some(b"same\n"), Some(b"same\n")),
            change(Some(b"old\n"), None),
        ];
        assert_snapshot!(unified(&changes), @r"
        diff --git a/src/a.rs b/src/a.rs
        new file mode 100644
        diff --git a/src/a.rs b/src/a.rs
        deleted file mode 100644
        diff --git a/src/a.rs b/src/a.rs
        deleted file mode 100644
        --- a/src/a.rs
        +++ /dev/null
        @@ -1 +0,0 @@
        -old
        ");
    }

    #[test]
    fn other_bytes_are_not_shown() {
        let changes = [change(Some(b"text\n"), Some(b"\xff"))];
        assert_snapshot!(unified(&changes), @"Binary files a/src/a.rs and b/src/a.rs differ");
        assert_eq!(count(&changes[0]), None);
    }
}
