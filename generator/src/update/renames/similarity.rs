//! The similarity of two files: the share of the larger file whose lines are also in the smaller one.

use std::collections::HashMap;

/// The lines of a file. Each different line has the sum of its bytes over all its occurrences.
pub struct Weights<'a> {
    lines: HashMap<&'a [u8], usize>,
    total: usize,
}

impl<'a> Weights<'a> {
    pub fn of(contents: &'a [u8]) -> Self {
        let mut lines = HashMap::new();
        for line in contents.split_inclusive(|byte| *byte == b'\n') {
            *lines.entry(line).or_default() += line.len();
        }
        Self {
            lines,
            total: contents.len(),
        }
    }

    /// The similarity from 0 to 1, or `None` if it is less than `least`.
    pub fn similarity(&self, other: &Self, least: f64) -> Option<f64> {
        let (smaller, larger) = if self.total <= other.total {
            (self, other)
        } else {
            (other, self)
        };
        // Often the sizes alone show that the files are not similar.
        if smaller.total == 0 || share(smaller.total, larger.total) < least {
            return None;
        }
        let shared = smaller.lines.iter().map(|(line, bytes)| {
            let there = larger.lines.get(line).copied().unwrap_or(0);
            there.min(*bytes)
        });
        let similarity = share(shared.sum(), larger.total);
        (similarity >= least).then_some(similarity)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "files of a template are far smaller than the numbers that lose precision"
)]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}
