//! Random manifests and journals: the check accepts every result of their merges.

use proptest::prelude::*;

use crate::update::tests::fixture::Case;

fn manifest() -> impl Strategy<Value = String> {
    let dependency = prop::sample::select(vec![
        "",
        "NAME = \"1\"\n",
        "NAME = \"2\"\n",
        "NAME = { version = \"1\", features = [\"x\"] }\n",
        "NAME = { version = \"1\", features = [\"x\", \"y\"] }\n",
        "NAME = { version = \"2\", features = [\"y\"], optional = true }\n",
        "NAME = { path = \"NAME\" }\n",
        "NAME.workspace = true\n",
    ]);
    let features = prop::sample::select(vec![
        "",
        "\n[features]\ndefault = [\"a\"]\n",
        "\n[features]\n# Ours.\ndefault = [\"b\", \"a\"]\n",
        "\n[features]\ndefault = []\nmore = [\"dep:a\"]\n",
        "\n[[test]]\nname = \"web\"\npath = \"web.rs\"\n",
        "\n[[test]]\nname = \"web\"\n\n[[test]]\nname = \"cli\"\n",
    ]);
    (prop::collection::vec(dependency, 3), features).prop_map(|(dependencies, features)| {
        let mut text = "[package]\nname = \"my-app\"\n\n[dependencies]\n".to_owned();
        for (name, dependency) in ["a", "b", "c"].iter().zip(dependencies) {
            text += &dependency.replace("NAME", name);
        }
        text + features
    })
}

fn journal() -> impl Strategy<Value = String> {
    let part =
        |values: Vec<&'static str>| prop::collection::vec(prop::sample::select(values), 0..3);
    let file = "[[generated.file]]\npath = \"PATH\"\nsha256 = \"HASH\"\n";
    let line = "[[generated.line]]\npath = \"src/lib.rs\"\nplace = \"modules\"\ntext = \"LINE\"\n";
    let entry = (
        part(vec!["x/a 1", "x/b 2", "x/own 1", "x/own 1"]),
        part(vec!["mod a;", "mod b;"]),
    );
    let entry = entry.prop_map(move |(files, lines)| {
        let mut text = String::new();
        for (path, hash) in files.iter().filter_map(|file| file.split_once(' ')) {
            text += &file.replace("PATH", path).replace("HASH", hash);
        }
        for added in lines {
            text += &line.replace("LINE", added);
        }
        text
    });
    let entries = prop::collection::vec(prop::option::of(entry), 3);
    entries.prop_map(|entries| {
        let mut text = String::new();
        for (name, entry) in ["a", "b", "c"].iter().zip(entries) {
            if let Some(entry) = entry {
                text += &format!("[[generated]]\ncommand = \"page {name}\"\nkind = \"page\"\nname = \"{name}\"\n{entry}");
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn every_merge_of_manifests_is_accepted(
        (base, theirs, mine) in (manifest(), manifest(), manifest())
    ) {
        let path = "Cargo.toml";
        Case::new(&[(path, &base)], &[(path, &theirs)], &[(path, &mine)]).plan();
    }

    #[test]
    fn every_merge_of_journals_is_accepted(
        (base, theirs, mine) in (journal(), journal(), journal())
    ) {
        let path = ".hoglet/generated.toml";
        let moved = "one\ntwo\n";
        Case::new(
            &[(path, &base), ("x/a", moved)],
            &[(path, &theirs), ("y/a", moved)],
            &[(path, &mine), ("x/a", moved), ("x/own", "")],
        )
        .plan();
    }
}
