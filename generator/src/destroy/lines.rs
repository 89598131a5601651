//! Removes the lines of a part from the files of the app.

use crate::error::Error;
use crate::generate::draft::Draft;
use crate::generate::journal::{Entry, Journal, LineEntry};
use crate::generate::report::ByHand;
use crate::generate::splice;

/// The lines were changed, so nothing was removed.
struct Changed;

/// Removes the lines, and returns those that were changed by hand.
///
/// Changed lines stay in their files. So do lines that other parts in the journal need.
pub fn take_out(
    entry: &Entry,
    journal: &Journal,
    draft: &mut Draft,
    by_hand: &mut Vec<ByHand>,
) -> Result<Vec<LineEntry>, Error> {
    let mut left = Vec::new();
    // The last lines are removed first, because they may need the lines before them.
    for line in entry.line.iter().rev() {
        if journal.needs_lines(line) {
            continue;
        }
        let Some(file) = draft.read(&line.path)? else {
            continue;
        };
        let Ok(file) = str::from_utf8(file).map(str::to_owned) else {
            by_hand.push(ByHand {
                file: line.path.clone(),
                line: 1,
                reason: "the file is not UTF-8, so take these lines out by hand".to_owned(),
                text: line.text.clone(),
            });
            left.insert(0, line.clone());
            continue;
        };
        match without(&file, line) {
            Ok(file) => draft.write(&line.path, file)?,
            Err(Changed) if line.by_hand => {}
            Err(Changed) => {
                by_hand.push(ByHand {
                    file: line.path.clone(),
                    line: nearest(&file, &line.text),
                    reason: "these lines were changed, so take them out by hand".to_owned(),
                    text: line.text.clone(),
                });
                left.insert(0, line.clone());
            }
        }
    }
    by_hand.reverse();
    Ok(left)
}

/// The file without the lines.
fn without(file: &str, line: &LineEntry) -> Result<String, Changed> {
    if let Ok(Some(place)) = line.place() {
        return splice::remove(file, &place, &line.text).map_err(|_| Changed);
    }
    // The journal has LF as line ends, and the file may have CRLF.
    let line_end = if file.contains("\r\n") { "\r\n" } else { "\n" };
    let [text, instead] = [&line.text, &line.instead].map(|text| text.replace('\n', line_end));
    let [at] = whole_lines(file, &text)[..] else {
        return Err(Changed);
    };
    let (before, rest) = file.split_at(at);
    Ok([before, &instead, &rest[text.len()..]].concat())
}

/// The positions in the file at which the text makes up whole lines.
fn whole_lines(file: &str, text: &str) -> Vec<usize> {
    let places = file.match_indices(text).map(|(at, _)| at);
    let begins_a_line = |at: &usize| *at == 0 || file[..*at].ends_with('\n');
    places.filter(begins_a_line).collect()
}

/// The first line of the file that begins like the text, counted from 1.
fn nearest(file: &str, text: &str) -> usize {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    let found = first.and_then(|first| file.lines().position(|line| line.contains(first)));
    found.map_or(1, |before| before + 1)
}
