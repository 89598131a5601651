//! Random trees: a plan loses no file and no line, and changes nothing that it does not name.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::base::Files;
use crate::update::outcome::Outcome;
use crate::update::tests::fixture::Case;

/// There are few paths and few lines, so that all kinds of changes occur together.
fn tree() -> impl Strategy<Value = Files> {
    let path = prop::sample::select(vec!["a", "b", "x/a", "x/b", "y/a", "y/b", "y/z/a"]);
    let line = prop::sample::select(vec!["1\n", "2\n", "3\n", "4\n", "5\n", "6\n", "7\n", "}\n"]);
    let contents =
        prop::collection::vec(line, 0..10).prop_map(|lines: Vec<&str>| lines.concat().into_bytes());
    prop::collection::btree_map(path.prop_map(str::to_owned), contents, 0..6)
}

/// A tree made from another one. Each file is kept, moved or edited, or is the one in `new`.
fn changed(base: &Files, new: &Files, choices: &[u8]) -> Files {
    let mut files = Files::new();
    let paths: Vec<&String> = base.keys().chain(new.keys()).collect();
    for (path, choice) in paths.iter().zip(choices.iter().cycle()) {
        let contents = base.get(*path);
        match (choice % 6, contents) {
            (0 | 1, Some(contents)) => drop(files.insert((*path).clone(), contents.clone())),
            (2, Some(contents)) => {
                let to = paths[usize::from(*choice) % paths.len()];
                files.insert(to.clone(), contents.clone());
            }
            (3, Some(contents)) => {
                let edited = [b"new\n", contents.as_slice()].concat();
                files.insert((*path).clone(), edited);
            }
            (4, _) => {}
            (_, _) => files.extend(
                new.get_key_value(*path)
                    .map(|(a, b)| (a.clone(), b.clone())),
            ),
        }
    }
    files
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn a_plan_loses_nothing(
        base in tree(),
        new_theirs in tree(),
        new_mine in tree(),
        choices in prop::collection::vec(any::<u8>(), 16),
        crlf in any::<bool>(),
    ) {
        let theirs = changed(&base, &new_theirs, &choices[..8]);
        let mine = changed(&base, &new_mine, &choices[8..]);
        let case = Case::of(base.clone(), theirs.clone());
        for (path, contents) in &mine {
            let text = String::from_utf8(contents.clone()).unwrap();
            case.write(path, if crlf { text.replace('\n', "\r\n") } else { text });
        }
        // This also verifies the plan.
        let updates = case.plan();

        let mut result: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for path in mine.keys() {
            result.insert(path.clone(), std::fs::read(case.app.path().join(path)).unwrap());
        }
        for update in &updates {
            let before = update.moved_from.as_ref().unwrap_or(&update.path);
            prop_assert_eq!(result.get(before), update.before.as_ref());
        }
        for update in &updates {
            result.remove(update.moved_from.as_ref().unwrap_or(&update.path));
        }
        for update in &updates {
            if let Some(after) = &update.after {
                let replaced = result.insert(update.path.clone(), after.clone());
                prop_assert_eq!(replaced, None);
            }
        }
        for path in mine.keys() {
            let is_kept = result.contains_key(path)
                || updates.iter().any(|update| update.moved_from.as_ref() == Some(path))
                || updates.iter().any(|update| update.path == *path && update.outcome == Outcome::Deleted);
            prop_assert!(is_kept, "{} of the user is gone", path);
        }
        for path in theirs.keys().filter(|path| base.get(*path) != theirs.get(*path)) {
            let is_there = result.contains_key(path)
                || updates.iter().any(|update| update.path == *path)
                || base.keys().any(|old| case.renames.of(old) == path && !mine.contains_key(old));
            prop_assert!(is_there, "{} of the template is gone", path);
        }
    }
}
