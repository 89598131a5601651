//! The hash of a template.

use sha2::{Digest, Sha256};

use crate::template::Tree;

/// The file of the template that contains the hash.
pub const ORIGIN: &str = ".hoglet.toml.liquid";

/// The start of the line with the hash.
const LINE_START: &str = "template_hash = \"";

/// The SHA-256 of the paths and contents of all files, in hexadecimal.
///
/// It is the hash of one line per file, in the format of `sha256sum`. `.hoglet.toml.liquid` is left out, because it contains
/// the hash.
pub fn of(tree: &Tree) -> String {
    let mut hash = Sha256::new();
    for (path, contents) in tree.iter().filter(|(path, _)| *path != ORIGIN) {
        let contents = hexadecimal(&Sha256::digest(contents));
        hash.update(format!("{contents}  {path}\n"));
    }
    hexadecimal(&hash.finalize())
}

/// The hash in a `.hoglet.toml` or in its template.
pub fn named_in(origin: &str) -> Option<&str> {
    origin
        .lines()
        .find_map(|line| line.strip_prefix(LINE_START)?.strip_suffix('"'))
}

/// The line that contains a hash.
pub fn line(hash: &str) -> String {
    format!("{LINE_START}{hash}\"")
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn tree(files: &[(&str, &'static str)]) -> Tree {
        let files = files.iter();
        files
            .map(|(path, text)| ((*path).to_owned(), Cow::Borrowed(text.as_bytes())))
            .collect()
    }

    #[test]
    fn it_is_the_hash_of_what_sha256sum_prints() {
        // printf 'one\n' > a; printf 'two\n' > b; sha256sum a b | sha256sum
        let expected = "73d931e3531f13247bbc3a0108fcd0c0ef480260a5e75980db7fa6e0bc531ac4";
        assert_eq!(of(&tree(&[("a", "one\n"), ("b", "two\n")])), expected);
    }

    #[test]
    fn paths_and_contents_count_and_the_file_with_the_hash_does_not() {
        let one = of(&tree(&[("a", "one")]));
        assert_ne!(one, of(&tree(&[("b", "one")])));
        assert_ne!(one, of(&tree(&[("a", "two")])));
        assert_ne!(one, of(&tree(&[("a", "one"), ("b", "")])));
        assert_eq!(one, of(&tree(&[("a", "one"), (ORIGIN, "any")])));
    }

    #[test]
    fn the_hash_is_read_from_its_line() {
        let origin = format!(
            "# template_hash\ntemplate_version = \"1\"\n{}\n",
            line("ab")
        );
        assert_eq!(named_in(&origin), Some("ab"));
        assert_eq!(named_in("template_version = \"1\"\n"), None);
    }
}
