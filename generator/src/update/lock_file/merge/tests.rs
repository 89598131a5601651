//! In these tests, a lock file has one line for each package: its name, its version, its source and its dependencies.
//!
//! The source is `.` for a crate in a folder. Without a source, the package is from the registry.

use super::*;

const BASE: &str = "
    hedge 0.1.0 . : web 0.2.0, serde 1.0.1
    web 0.2.0 . : log 0.4.1, serde 1.0.1
    serde 1.0.1
    log 0.4.1
";
/// All crates are newer, and one is new.
const THEIRS: &str = "
    hedge 0.1.0 . : web 0.3.0, serde 1.0.5
    web 0.3.0 . : log 0.4.5, serde 1.0.5, url 2.1.0
    serde 1.0.5
    log 0.4.5
    url 2.1.0
";

fn packages(lines: &str) -> Packages {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut text = "version = 4\n".to_owned();
    for line in lines {
        let (package, dependencies) = line.split_once(" : ").unwrap_or((line, ""));
        let parts: Vec<&str> = package.split(' ').collect();
        text += &format!(
            "\n[[package]]\nname = {:?}\nversion = {:?}\n",
            parts[0], parts[1]
        );
        let source = parts.get(2).copied().unwrap_or("registry");
        if source != "." {
            text += &format!("source = {source:?}\n");
        }
        let dependencies = dependencies.split(", ").filter(|text| !text.is_empty());
        let dependencies: Vec<String> = dependencies.map(|text| format!("{text:?}")).collect();
        text += &format!("dependencies = [{}]\n", dependencies.join(", "));
    }
    Packages::parse(&text).unwrap()
}

fn lines(packages: &Packages) -> Vec<String> {
    let line = |package: &Package| {
        let Id {
            name,
            version,
            source,
        } = &package.id;
        let source = match source.as_deref() {
            None => " .".to_owned(),
            Some("registry") => String::new(),
            Some(source) => format!(" {source}"),
        };
        let mut dependencies: Vec<_> = package.dependencies.iter().collect();
        dependencies.sort();
        let dependencies = dependencies
            .into_iter()
            .map(|id| format!("{} {}", id.name, id.version));
        let dependencies: Vec<String> = dependencies.collect();
        let colon = if dependencies.is_empty() { "" } else { " : " };
        format!("{name} {version}{source}{colon}{}", dependencies.join(", "))
    };
    packages.all().iter().map(line).collect()
}

#[track_caller]
fn check(preference: Preference, mine: &str, theirs: &str, expected: &str) {
    let sides = Sides {
        base: packages(BASE),
        mine: packages(mine),
        theirs: packages(theirs),
    };
    let merged = merge(&sides, preference);
    assert_eq!(lines(&merged), lines(&packages(expected)));
    // Cargo could read it.
    let read = Packages::parse(&merged.text()).unwrap();
    assert_eq!(lines(&read), lines(&merged));
}

#[track_caller]
fn merges(mine: &str, theirs: &str, expected: &str) {
    check(Preference::Tested, mine, theirs, expected);
}

#[test]
fn without_changes_it_is_that_of_the_release() {
    merges(BASE, THEIRS, THEIRS);
    let updated = BASE.replace("1.0.1", "1.0.9").replace("0.4.1", "0.4.9");
    merges(&updated, THEIRS, THEIRS);
}

#[test]
fn a_new_crate_of_the_user_stays_and_uses_the_tested_versions() {
    let mine = "
        hedge 0.1.0 . : web 0.2.0, serde 1.0.1, redis 1.2.0
        web 0.2.0 . : log 0.4.1, serde 1.0.1
        redis 1.2.0 : log 0.3.9, serde 1.0.1, socket 0.1.0
        serde 1.0.1
        socket 0.1.0 git+https://example.com/socket?branch=main#0123
        log 0.3.9
        log 0.4.1
    ";
    let expected = "
        hedge 0.1.0 . : web 0.3.0, serde 1.0.5, redis 1.2.0
        web 0.3.0 . : log 0.4.5, serde 1.0.5, url 2.1.0
        redis 1.2.0 : log 0.3.9, serde 1.0.5, socket 0.1.0
        serde 1.0.5
        socket 0.1.0 git+https://example.com/socket?branch=main#0123
        log 0.3.9
        log 0.4.5
        url 2.1.0
    ";
    merges(mine, THEIRS, expected);
}

#[test]
fn a_crate_that_nothing_needs_any_more_goes() {
    // The user removed serde from the app, and log from a crate in vendor/.
    let mine = "
        hedge 0.1.0 . : web 0.2.0
        web 0.2.0 . : serde 1.0.1
        serde 1.0.1
    ";
    let expected = "
        hedge 0.1.0 . : web 0.3.0
        web 0.3.0 . : serde 1.0.5, url 2.1.0
        serde 1.0.5
        url 2.1.0
    ";
    merges(mine, THEIRS, expected);
    // The template removed a crate that the user's crate still needs.
    let mine = "
        hedge 0.1.0 . : web 0.2.0, serde 1.0.1, redis 1.2.0
        web 0.2.0 . : log 0.4.1, serde 1.0.1
        redis 1.2.0 : log 0.4.1
        serde 1.0.1
        log 0.4.1
    ";
    let theirs = "
        hedge 0.1.0 . : serde 1.0.5
        serde 1.0.5
    ";
    let expected = "
        hedge 0.1.0 . : serde 1.0.5, redis 1.2.0
        redis 1.2.0 : log 0.4.1
        serde 1.0.5
        log 0.4.1
    ";
    merges(mine, theirs, expected);
}

#[test]
fn crates_in_folders_of_the_user_stay() {
    let mine = "
        hedge 0.1.0 . : web 0.2.0, serde 1.0.1, prices 0.7.0
        web 0.2.0 . : log 0.4.1, serde 1.0.1
        prices 0.7.0 . : log 0.4.1, money 2.0.0
        tool 0.1.0 . : prices 0.7.0
        money 2.0.0
        serde 1.0.1
        log 0.4.1
    ";
    let expected = "
        hedge 0.1.0 . : web 0.3.0, serde 1.0.5, prices 0.7.0
        web 0.3.0 . : log 0.4.5, serde 1.0.5, url 2.1.0
        prices 0.7.0 . : log 0.4.5, money 2.0.0
        tool 0.1.0 . : prices 0.7.0
        money 2.0.0
        serde 1.0.5
        log 0.4.5
        url 2.1.0
    ";
    merges(mine, THEIRS, expected);
}

#[test]
fn another_version_or_source_that_the_user_chose_stays() {
    // A patch: every crate uses the repository.
    let mine = BASE.replace("log 0.4.1\n", "log 0.4.3 git+https://example.com/log#01\n");
    let mine = mine.replace(": log 0.4.1", ": log 0.4.3");
    let expected = THEIRS.replace("log 0.4.5\n", "log 0.4.3 git+https://example.com/log#01\n");
    merges(
        &mine,
        THEIRS,
        &expected.replace(": log 0.4.5", ": log 0.4.3"),
    );
    // An older version of one dependency of the app.
    let mine = "
        hedge 0.1.0 . : web 0.2.0, serde 0.9.1
        web 0.2.0 . : log 0.4.1, serde 1.0.1
        serde 0.9.1
        serde 1.0.1
        log 0.4.1
    ";
    let expected = THEIRS.replace("web 0.3.0, serde 1.0.5", "web 0.3.0, serde 0.9.1");
    merges(mine, THEIRS, &(expected + "serde 0.9.1\n"));
}

#[test]
fn features_that_either_side_enabled_bring_their_crates() {
    let mine = BASE.replace(
        "    log 0.4.1\n",
        "    log 0.4.1 : value-bag 1.0.0\n    value-bag 1.0.0\n",
    );
    let expected = THEIRS.replace(
        "    log 0.4.5\n",
        "    log 0.4.5 : value-bag 1.0.0\n    value-bag 1.0.0\n",
    );
    merges(&mine, THEIRS, &expected);
    let theirs = THEIRS.replace(
        "    serde 1.0.5\n",
        "    serde 1.0.5 : derive 1.0.5\n    derive 1.0.5\n",
    );
    let expected = expected.replace(
        "    serde 1.0.5\n",
        "    serde 1.0.5 : derive 1.0.5\n    derive 1.0.5\n",
    );
    merges(&mine, &theirs, &expected);
}

#[test]
fn the_second_choice_has_the_newer_versions() {
    let mine = "
        hedge 0.1.0 . : web 0.2.0, serde 1.0.9, redis 1.2.0
        web 0.2.0 . : log 0.4.1, serde 1.0.9
        redis 1.2.0 : serde 1.0.9
        serde 1.0.9
        log 0.4.1
    ";
    let expected = |serde: &str| {
        let text = "
            hedge 0.1.0 . : web 0.3.0, serde SERDE, redis 1.2.0
            web 0.3.0 . : log 0.4.5, serde SERDE, url 2.1.0
            redis 1.2.0 : serde SERDE
            serde SERDE
            log 0.4.5
            url 2.1.0
        ";
        text.replace("SERDE", serde)
    };
    check(Preference::Tested, mine, THEIRS, &expected("1.0.5"));
    check(Preference::Newer, mine, THEIRS, &expected("1.0.9"));
}
