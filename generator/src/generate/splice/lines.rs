//! [`Lines`]: a file as lines. Each keeps its own line end.

pub struct Lines {
    lines: Vec<String>,
    /// The line end that was added to the last line, and that [`Lines::text`] removes again.
    added_end: Option<&'static str>,
}

impl Lines {
    pub fn of(file: &str) -> Self {
        let mut lines: Vec<String> = file.split_inclusive('\n').map(str::to_owned).collect();
        let line_end = line_end(lines.first());
        let mut added_end = None;
        if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
            last.push_str(line_end);
            added_end = Some(line_end);
        }
        Self { lines, added_end }
    }

    pub fn text(mut self) -> String {
        if let (Some(end), Some(last)) = (self.added_end, self.lines.last_mut()) {
            last.truncate(last.len() - end.len());
        }
        self.lines.concat()
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// The line without its end. Outside of the file it is empty.
    pub fn get(&self, at: usize) -> &str {
        let line = self.lines.get(at).map_or("", String::as_str);
        line.trim_end_matches(['\n', '\r'])
    }

    pub fn is_blank(&self, at: usize) -> bool {
        self.get(at).trim().is_empty()
    }

    pub fn indentation(&self, at: usize) -> String {
        let line = self.get(at);
        let without = line.trim_start();
        line[..line.len() - without.len()].to_owned()
    }

    /// The index after the last line before `end` that is not blank.
    pub fn after_content(&self, end: usize) -> usize {
        let content = (0..end).rev().find(|&at| !self.is_blank(at));
        content.map_or(0, |at| at + 1)
    }

    /// Adds lines before the line `at`, with the line end of the line before.
    pub fn insert(&mut self, at: usize, text: &str) {
        let neighbour = self.lines.get(at.saturating_sub(1));
        let end = line_end(neighbour);
        let new: Vec<String> = text.lines().map(|line| format!("{line}{end}")).collect();
        self.lines.splice(at..at, new);
    }

    /// Divides a line in two. [`Lines::close_delimiters`] undoes it.
    ///
    /// `column` counts bytes.
    pub fn divide(&mut self, at: usize, column: usize) {
        let line = self.get(at);
        let (before, after) = line.split_at(column);
        let new = format!(
            "{}\n{}{}",
            before.trim_end(),
            self.indentation(at),
            after.trim_start()
        );
        let end = line_end(self.lines.get(at)).to_owned();
        let new = new.lines().map(|line| format!("{line}{end}"));
        self.lines.splice(at..=at, new.collect::<Vec<_>>());
    }

    /// The index of the first of these lines, with any indentation. If there are several, the last.
    pub fn find(&self, text: &str) -> Option<usize> {
        let wanted: Vec<&str> = text.lines().map(str::trim).collect();
        let last_start = self.len().checked_sub(wanted.len())?;
        let is_here = |&start: &usize| {
            let mut wanted = wanted.iter().enumerate();
            wanted.all(|(offset, wanted)| self.get(start + offset).trim() == *wanted)
        };
        (0..=last_start)
            .rev()
            .find(is_here)
            .filter(|_| !wanted.is_empty())
    }

    pub fn take_out(&mut self, at: usize, count: usize) {
        self.lines.drain(at..at + count);
    }

    /// Removes a blank line at a place where lines were removed.
    ///
    /// It does so only between two blank lines, beside a delimiter, and at the beginning or end of the file.
    pub fn close_gap(&mut self, at: usize) {
        let is_end = at == self.len() || self.is_blank(at) || self.closes(at);
        let is_start = at == 0 || self.opens(at - 1);
        if at > 0 && self.is_blank(at - 1) && is_end {
            self.lines.remove(at - 1);
        } else if is_start && at < self.len() && self.is_blank(at) {
            self.lines.remove(at);
        }
    }

    /// Joins `flags! {` and `}` to `flags! {}` if nothing is left between them.
    pub fn close_delimiters(&mut self, at: usize) {
        if at == 0 || at >= self.len() || !self.opens(at - 1) || !self.closes(at) {
            return;
        }
        let closing = self.lines.remove(at);
        let opening = self.get(at - 1).to_owned();
        self.lines[at - 1] = opening + closing.trim_start();
    }

    fn opens(&self, at: usize) -> bool {
        self.get(at).trim_end().ends_with(['{', '[', '('])
    }

    fn closes(&self, at: usize) -> bool {
        self.get(at).trim_start().starts_with(['}', ']', ')'])
    }
}

fn line_end(line: Option<&String>) -> &'static str {
    match line {
        Some(line) if line.ends_with("\r\n") => "\r\n",
        _ => "\n",
    }
}

/// Indents each line that is not blank.
pub fn indented(text: &str, indentation: &str) -> String {
    let indent = |line: &str| match line.trim().is_empty() {
        true => String::new(),
        false => format!("{indentation}{line}"),
    };
    text.lines().map(|line| indent(line) + "\n").collect()
}

/// One more step of indentation: a tab if the file has tabs.
pub fn deeper(indentation: &str) -> String {
    match indentation.starts_with('\t') {
        true => format!("{indentation}\t"),
        false => format!("{indentation}    "),
    }
}
