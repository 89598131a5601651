//! Pairs the files that a release removed with those that it added, by the rules of git.
//!
//! First it pairs files with equal contents, then files with the same name, then the most similar files.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::contents::Contents;
use super::similarity::Weights;

/// Git's limit: at least half of the larger file must be in the other one.
const LEAST: f64 = 0.5;
/// Git's limit for files with the same name, which are compared before all others.
const LEAST_WITH_SAME_NAME: f64 = 0.75;

/// The new path of each file that one release moved.
pub fn moved<'a>(before: &Contents<'a>, after: &Contents<'a>) -> BTreeMap<&'a str, &'a str> {
    let mut open = Open {
        removed: only_in(before, after),
        added: only_in(after, before),
        moved: BTreeMap::new(),
    };
    open.pair_equal();
    if !open.removed.is_empty() && !open.added.is_empty() {
        let removed = weights(&open.removed);
        let added = weights(&open.added);
        let similarity = |old: &str, new: &str, least| removed[old].similarity(&added[new], least);
        open.pair_same_names(similarity);
        open.pair_similar(similarity);
    }
    open.moved
}

fn only_in<'a>(these: &Contents<'a>, others: &Contents) -> Contents<'a> {
    let only = these.iter().filter(|(path, _)| !others.contains_key(*path));
    only.map(|(path, contents)| (*path, *contents)).collect()
}

fn weights<'a>(files: &Contents<'a>) -> HashMap<&'a str, Weights<'a>> {
    files
        .iter()
        .map(|(path, contents)| (*path, Weights::of(contents)))
        .collect()
}

/// Files without a pair, and the pairs so far.
struct Open<'a> {
    removed: Contents<'a>,
    added: Contents<'a>,
    moved: BTreeMap<&'a str, &'a str>,
}

impl<'a> Open<'a> {
    fn pair(&mut self, old: &'a str, new: &'a str) {
        if self.removed.contains_key(old) && self.added.remove(new).is_some() {
            self.removed.remove(old);
            self.moved.insert(old, new);
        }
    }

    /// Pairs files with equal contents. Among several, the one whose path ends most alike is chosen.
    fn pair_equal(&mut self) {
        let mut by_contents: HashMap<&[u8], Vec<&'a str>> = HashMap::new();
        // Empty files are all equal, so they are not paired.
        for (path, contents) in self.removed.iter().filter(|(_, file)| !file.is_empty()) {
            by_contents.entry(contents).or_default().push(path);
        }
        let mut pairs = Vec::new();
        for (new, contents) in &self.added {
            let olds = by_contents.get(contents).into_iter().flatten();
            pairs.extend(olds.map(|old| (Reverse(shared_end(old, new)), *old, *new)));
        }
        pairs.sort_unstable();
        for (_, old, new) in pairs {
            // This does nothing if one of the files is already paired.
            self.pair(old, new);
        }
    }

    /// Pairs files with the same name, if only one removed and one added file have it.
    fn pair_same_names(&mut self, similarity: impl Fn(&str, &str, f64) -> Option<f64>) {
        let removed = by_unique_name(&self.removed);
        let added = by_unique_name(&self.added);
        for (name, old) in removed {
            let Some((old, new)) = old.zip(added.get(name).copied().flatten()) else {
                continue;
            };
            if similarity(old, new, LEAST_WITH_SAME_NAME).is_some() {
                self.pair(old, new);
            }
        }
    }

    fn pair_similar(&mut self, similarity: impl Fn(&str, &str, f64) -> Option<f64>) {
        let mut pairs = Vec::new();
        for old in self.removed.keys() {
            for new in self.added.keys() {
                if let Some(similarity) = similarity(old, new, LEAST) {
                    pairs.push((similarity, shared_end(old, new), *old, *new));
                }
            }
        }
        // The sort is stable, so equally similar pairs keep the order of their paths.
        pairs.sort_by(|one, other| {
            let by_similarity = other.0.total_cmp(&one.0);
            by_similarity.then(other.1.cmp(&one.1))
        });
        for (_, _, old, new) in pairs {
            self.pair(old, new);
        }
    }
}

/// The number of equal parts at the ends of two paths.
fn shared_end(one: &str, other: &str) -> usize {
    let parts = one.rsplit('/').zip(other.rsplit('/'));
    parts.take_while(|(one, other)| one == other).count()
}

/// The path of each file name, or `None` for a name of several files.
fn by_unique_name<'a>(files: &Contents<'a>) -> BTreeMap<&'a str, Option<&'a str>> {
    let mut names = BTreeMap::new();
    for path in files.keys() {
        let name = path.rsplit('/').next().unwrap_or(path);
        names
            .entry(name)
            .and_modify(|path| *path = None)
            .or_insert(Some(*path));
    }
    names
}
