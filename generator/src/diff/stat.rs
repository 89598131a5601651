//! `--stat`: the number of changed lines of each file, in the format of `git diff --stat`.

use crate::colors::{ADDED, REMOVED};
use crate::unified_diff::count;
use crate::write::changes::Change;

/// Git's width where there is no terminal.
const COLUMNS: usize = 80;
/// The width of everything between the parts of a line, ` NAME | NUMBER BAR`.
const SPACES: usize = 6;
/// The least space for a name and a bar.
const LEAST: usize = 16;

/// The width of the terminal.
pub fn columns() -> usize {
    let size = console::Term::stdout().size_checked();
    size.map_or(COLUMNS, |(_, columns)| columns.into())
}

/// A line for each file, and a last line with the sums. Empty if there are no changes.
pub fn stat(changes: &[Change], columns: usize) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let counts = changes.iter().map(count);
    let counts: Vec<Option<(usize, usize)>> = counts.collect();
    let widths = Widths::new(changes, &counts, columns);
    let mut text = String::new();
    for (change, count) in changes.iter().zip(&counts) {
        let name = shortened(&change.path, widths.name);
        text += &format!(" {name:<width$} | ", width = widths.name);
        text += &match count {
            Some((added, removed)) => widths.bar(*added, *removed),
            None => format!("{:>width$} {}", "Bin", bytes(change), width = widths.number),
        };
        text.push('\n');
    }
    let sum = counts
        .iter()
        .flatten()
        .fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    text + &sums(changes.len(), sum)
}

/// The sizes of a binary file, such as `12 -> 300 bytes`.
fn bytes(change: &Change) -> String {
    let size = |contents: &Option<Vec<u8>>| contents.as_ref().map_or(0, Vec::len);
    let (before, after) = (size(&change.before), size(&change.after));
    format!("{before} -> {after} bytes")
}

/// The widths of the columns, as git chooses them.
struct Widths {
    name: usize,
    number: usize,
    bar: usize,
    /// The number of lines in the longest bar.
    most: usize,
}

impl Widths {
    fn new(changes: &[Change], counts: &[Option<(usize, usize)>], columns: usize) -> Self {
        let lines = counts
            .iter()
            .flatten()
            .map(|(added, removed)| added + removed);
        let most = lines.max().unwrap_or_default();
        let binary = changes.iter().zip(counts);
        let binary = binary.filter(|(_, count)| count.is_none());
        let bytes = binary.map(|(change, _)| "Bin ".len() + bytes(change).len());
        let bytes = bytes.max().unwrap_or_default();

        let mut number = most.to_string().len();
        if bytes > 0 {
            number = number.max("Bin".len());
        }
        let names = changes.iter().map(|change| change.path.chars().count());
        let mut name = names.max().unwrap_or_default();
        let mut bar = match most + 4 > bytes {
            true => most,
            false => bytes - 4,
        };
        let around = number + SPACES;
        let columns = columns.max(around + LEAST);
        if name + around + bar > columns {
            bar = bar.min((columns * 3 / 8).saturating_sub(around).max(6));
            let left = columns - around;
            if name > left - bar {
                name = left - bar;
            } else {
                bar = left - name;
            }
        }
        Self {
            name,
            number,
            bar,
            most,
        }
    }

    /// The number of changed lines, and a `+` or `-` for each. If there are too many, the bar is scaled.
    fn bar(&self, added: usize, removed: usize) -> String {
        let (mut plus, mut minus) = (added, removed);
        if self.bar < self.most {
            let mut total = self.scaled(added + removed);
            if total < 2 && added > 0 && removed > 0 {
                total = 2;
            }
            if added < removed {
                plus = self.scaled(added);
                minus = total - plus;
            } else {
                minus = self.scaled(removed);
                plus = total - minus;
            }
        }
        let number = added + removed;
        let (plus, minus) = ("+".repeat(plus), "-".repeat(minus));
        let text = format!("{number:>width$}", width = self.number);
        if number == 0 {
            return text;
        }
        format!("{text} {ADDED}{plus}{ADDED:#}{REMOVED}{minus}{REMOVED:#}")
    }

    /// The length of the bar for this number of lines. It is at least 1, unless there are no lines.
    fn scaled(&self, lines: usize) -> usize {
        match lines {
            0 => 0,
            _ => 1 + lines * self.bar.saturating_sub(1) / self.most,
        }
    }
}

/// The end of a long path. It begins at a `/` if possible.
fn shortened(path: &str, width: usize) -> String {
    let length = path.chars().count();
    if length <= width {
        return path.to_owned();
    }
    let cut = length - width.saturating_sub("...".len());
    let end: String = path.chars().skip(cut).collect();
    let end = end.find('/').map_or(end.as_str(), |slash| &end[slash..]);
    format!("...{end}")
}

/// The last line, such as ` 2 files changed, 5 insertions(+), 1 deletion(-)`.
fn sums(files: usize, (added, removed): (usize, usize)) -> String {
    let plural = |number: usize| if number == 1 { "" } else { "s" };
    let mut text = format!(" {files} file{} changed", plural(files));
    if added > 0 || removed == 0 {
        text += &format!(", {added} insertion{}(+)", plural(added));
    }
    if removed > 0 || added == 0 {
        text += &format!(", {removed} deletion{}(-)", plural(removed));
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    fn change(path: &str, before: &str, after: &str) -> Change {
        Change {
            path: path.to_owned(),
            moved_from: None,
            before: Some(before.into()),
            after: Some(after.into()),
        }
    }

    fn plain(changes: &[Change], columns: usize) -> String {
        anstream::adapter::strip_str(&stat(changes, columns)).to_string()
    }

    #[test]
    fn a_line_has_the_path_the_number_and_a_bar() {
        let changes = [
            change("a.rs", "1\n2\n", "1\n"),
            change("src/b.rs", "1\n", "2\n"),
        ];
        assert_snapshot!(plain(&changes, 80), @r"
         a.rs     | 1 -
         src/b.rs | 2 +-
         2 files changed, 1 insertion(+), 2 deletions(-)
        ");
        assert_eq!(stat(&[], 80), "");
    }

    #[test]
    fn long_paths_and_bars_are_shortened() {
        let path = "vendor/hoglet-web/src/accounts/sessions.rs";
        let changes = [
            change("b.rs", "", "new\n"),
            change(path, &"old\n".repeat(100), &"new\n".repeat(300)),
        ];
        // `git diff --stat=60` and so on print the same.
        assert_snapshot!(plain(&changes, 60), @r"
         b.rs                                   |   1 +
         .../src/accounts/sessions.rs           | 400 +++++++++----
         2 files changed, 301 insertions(+), 100 deletions(-)
        ");
        assert_snapshot!(plain(&changes, 40), @r"
         b.rs                      |   1 +
         .../accounts/sessions.rs  | 400 ++++--
         2 files changed, 301 insertions(+), 100 deletions(-)
        ");
        assert_snapshot!(plain(&changes, 1), @r"
         b.rs       |   1 +
         ...ions.rs | 400 ++++--
         2 files changed, 301 insertions(+), 100 deletions(-)
        ");
    }
}
