//! `.hoglet.toml.liquid`: the version and the hash of the template.

use anyhow::{Context, ensure};
use hoglet::releases::{VERSION, hash};
use hoglet::template::questions::Questions;

use crate::{Tree, embedded};

/// The path of this file in the template.
pub use hoglet::releases::hash::ORIGIN as PATH;

/// The contents of the file, with the version of this workspace and the hash of all other files.
pub fn derive(template: &Tree, questions: &Questions) -> anyhow::Result<Vec<u8>> {
    let text = template
        .get(PATH)
        .with_context(|| format!("template/{PATH} is missing"))?;
    let hash = hash::of(&embedded::tree(template, questions));
    let text = with_release(str::from_utf8(text)?, VERSION, &hash)?;
    Ok(text.into_bytes())
}

fn with_release(text: &str, version: &str, hash: &str) -> anyhow::Result<String> {
    let mut lines = Vec::new();
    let mut versions = 0;
    for line in text.lines() {
        if line.starts_with("template_version = ") {
            lines.push(format!("template_version = \"{version}\""));
            lines.push(hash::line(hash));
            versions += 1;
        } else if hash::named_in(line).is_none() {
            lines.push(line.to_owned());
        }
    }
    ensure!(
        versions == 1,
        "template/{PATH} has {versions} lines with `template_version`"
    );
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_and_hash_are_two_lines_and_the_rest_stays() {
        let old = "# Where from?\ntemplate_version = \"1.0.0\"\n\n[answers]\na = \"{{ a }}\"\n";
        let one = with_release(old, "2.0.0", "ab").unwrap();
        assert_eq!(
            one,
            "# Where from?\ntemplate_version = \"2.0.0\"\ntemplate_hash = \"ab\"\n\n[answers]\na = \"{{ a }}\"\n"
        );
        assert_eq!(with_release(&one, "2.0.0", "ab").unwrap(), one);
        let next = with_release(&one, "2.1.0", "cd").unwrap();
        assert_eq!(next, one.replace("2.0.0", "2.1.0").replace("ab", "cd"));
        assert!(with_release("[answers]\n", "1.0.0", "ab").is_err());
    }
}
