//! Takes the lines of a part out of the files of the app.

use crate::error::Error;
use crate::generate::draft::Draft;
use crate::generate::journal::{Entry, LineEntry};
use crate::generate::report::ByHand;
use crate::generate::splice;

/// The lines are not in the file as they were, so nothing was taken out.
struct Changed;

/// Returns the lines that were changed by hand. They stay in their files.
pub fn take_out(
    entry: &Entry,
    draft: &mut Draft,
    by_hand: &mut Vec<ByHand>,
) -> Result<Vec<LineEntry>, Error> {
    let mut left = Vec::new();
    // The last lines first, because they may need the lines before them.
    for line in entry.line.iter().rev() {
        let Some(file) = draft.read(&line.path)? else {
            continue;
        };
        let file = String::from_utf8_lossy(file).into_owned();
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

/// The file without the lines. Files with CRLF stay so; the journal has LF.
fn without(file: &str, line: &LineEntry) -> Result<String, Changed> {
    let breaks = file.matches('\n').count();
    if breaks > 0 && file.matches("\r\n").count() == breaks {
        let file = without_lines(&file.replace("\r\n", "\n"), line)?;
        return Ok(file.replace('\n', "\r\n"));
    }
    without_lines(file, line)
}

fn without_lines(file: &str, line: &LineEntry) -> Result<String, Changed> {
    match line.place() {
        Ok(Some(place)) => {
            let text = as_in_the_file(file, &line.text).ok_or(Changed)?;
            splice::remove(file, &place, &text).map_err(|_| Changed)
        }
        _ => {
            let [at] = whole_lines(file, &line.text)[..] else {
                return Err(Changed);
            };
            let (before, rest) = file.split_at(at);
            Ok([before, &line.instead, &rest[line.text.len()..]].concat())
        }
    }
}

/// The lines with the indentation that they have in the file by now.
fn as_in_the_file(file: &str, text: &str) -> Option<String> {
    if !whole_lines(file, text).is_empty() {
        return Some(text.to_owned());
    }
    let wanted: Vec<&str> = text.lines().map(str::trim).collect();
    let lines: Vec<&str> = file.split_inclusive('\n').collect();
    let mut windows = lines.windows(wanted.len().max(1));
    let same = |lines: &&[&str]| {
        lines
            .iter()
            .map(|line| line.trim())
            .eq(wanted.iter().copied())
    };
    let found = windows.find(same)?;
    match windows.any(|lines| same(&lines)) {
        true => None,
        false => Some(found.concat()),
    }
}

/// Where the text stands in the file as whole lines.
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
