//! The archive of a release: the compressed difference between its template and that of the previous release.
//!
//! It is JSON in gzip, with a change for each path. Files that are equal in both templates are left out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use crate::releases::delta::{self, Step};
use crate::template::Tree;

/// The change of a file since the previous release.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Change {
    /// The whole file.
    Text(String),
    /// The whole file, in hexadecimal, because it is not UTF-8.
    Hexadecimal(String),
    /// The steps that make the file from that of the previous release.
    Steps(Vec<Step>),
    Removed,
}

/// Packs a template. `before` is the template of the previous release. It is empty for the first release.
pub fn pack(before: &Tree, tree: &Tree) -> Vec<u8> {
    let mut changes = BTreeMap::new();
    for (path, contents) in tree {
        let old = before.get(path);
        if old != Some(contents) {
            let old = old.and_then(|old| str::from_utf8(old).ok());
            changes.insert(path, Change::between(old, contents));
        }
    }
    let removed = before.keys().filter(|path| !tree.contains_key(*path));
    changes.extend(removed.map(|path| (path, Change::Removed)));

    let json = serde_json::to_vec(&changes).expect("text and numbers are JSON");
    let mut archive = GzEncoder::new(Vec::new(), Compression::best());
    archive
        .write_all(&json)
        .and_then(|()| archive.finish())
        .expect("memory takes all bytes")
}

/// Unpacks an archive. `before` is the template of the previous release.
pub fn unpack(
    before: &Tree,
    archive: &[u8],
) -> Result<Tree, Box<dyn std::error::Error + Send + Sync>> {
    let mut json = Vec::new();
    GzDecoder::new(archive).read_to_end(&mut json)?;
    let changes: BTreeMap<String, Change> = serde_json::from_slice(&json)?;
    let mut tree = before.clone();
    for (path, change) in changes {
        let old = tree.remove(&path);
        let contents = match change {
            Change::Text(text) => text.into_bytes(),
            Change::Hexadecimal(digits) => bytes(&digits).ok_or("broken hexadecimal digits")?,
            Change::Steps(steps) => {
                let old = old.ok_or_else(|| {
                    format!("{path} has steps, but the release before has no such file")
                })?;
                delta::apply(str::from_utf8(&old)?, &steps)?.into_bytes()
            }
            Change::Removed => continue,
        };
        tree.insert(path, Cow::Owned(contents));
    }
    Ok(tree)
}

impl Change {
    fn between(old: Option<&str>, contents: &[u8]) -> Self {
        match (old, str::from_utf8(contents)) {
            (Some(old), Ok(text)) => Self::Steps(delta::between(old, text)),
            (None, Ok(text)) => Self::Text(text.to_owned()),
            (_, Err(_)) => {
                let digits = contents.iter().map(|byte| format!("{byte:02x}"));
                Self::Hexadecimal(digits.collect())
            }
        }
    }
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else {
        return None;
    };
    pairs
        .iter()
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;

    fn tree(files: &[(&str, &'static [u8])]) -> Tree {
        let files = files.iter();
        files
            .map(|(path, contents)| ((*path).to_owned(), Cow::Borrowed(*contents)))
            .collect()
    }

    /// The JSON in an archive.
    fn json(archive: &[u8]) -> String {
        let mut json = String::new();
        GzDecoder::new(archive).read_to_string(&mut json).unwrap();
        json
    }

    #[test]
    fn an_archive_names_what_changed_and_nothing_else() {
        let before = tree(&[
            ("changed", b"a\nb\n"),
            ("equal", b"e"),
            ("removed", b"r"),
            ("to bytes", b"text"),
            ("to text", b"\xff"),
        ]);
        let after = tree(&[
            ("changed", b"a\nc\n"),
            ("equal", b"e"),
            ("new", b""),
            ("to bytes", b"\x00\xff"),
            ("to text", b"text"),
        ]);
        let archive = pack(&before, &after);
        assert_eq!(
            json(&archive),
            r#"{"changed":{"steps":[[0,1],"c\n"]},"new":{"text":""},"removed":"removed","to bytes":{"hexadecimal":"00ff"},"to text":{"text":"text"}}"#
        );
        assert_eq!(unpack(&before, &archive).unwrap(), after);
        assert_eq!(json(&pack(&after, &after)), "{}");
    }

    #[test]
    fn the_same_template_gives_the_same_archive() {
        let after = tree(&[("a", b"one\n"), ("b", b"two\n")]);
        assert_eq!(pack(&Tree::new(), &after), pack(&Tree::new(), &after));
    }

    #[test]
    fn a_broken_archive_is_an_error() {
        let after = tree(&[("a", b"one\n")]);
        let archive = pack(&Tree::new(), &after);
        assert!(unpack(&Tree::new(), &archive[..archive.len() / 2]).is_err());
        assert!(unpack(&Tree::new(), b"not gzip").is_err());
        // Steps need the previous release.
        let delta = pack(&tree(&[("a", b"two\n")]), &after);
        let error = unpack(&Tree::new(), &delta).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a has steps, but the release before has no such file"
        );
        assert!(bytes("0").is_none() && bytes("0g").is_none() && bytes("é").is_none());
    }

    proptest! {
        #[test]
        fn every_template_is_made_from_every_other(
            before in btree_map("[a-d]", contents(), 0..4),
            after in btree_map("[a-d]", contents(), 0..4),
        ) {
            let archive = pack(&before, &after);
            prop_assert_eq!(unpack(&before, &archive).unwrap(), after);
        }
    }

    /// A few lines, or any bytes.
    fn contents() -> impl Strategy<Value = Cow<'static, [u8]>> {
        let text = "(a|b|é|\n|\r\n){0,9}".prop_map(String::into_bytes);
        let bytes = vec(any::<u8>(), 0..9);
        prop_oneof![text, bytes].prop_map(Cow::Owned)
    }
}
