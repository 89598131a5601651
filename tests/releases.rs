//! The releases that the program contains, and the rule that a changed template needs a new version.

mod support;

use std::fs;

use hoglet::releases::folder::Manifest;
use hoglet::releases::{Releases, hash};
use hoglet::template::Template;
use support::{render, repository};
use xtask::release::{FOLDER, status};

#[test]
fn every_archive_unpacks_to_its_hash_and_to_a_sound_template() {
    let releases = Releases::frozen().expect("sound manifests");
    assert!(!releases.all().is_empty());
    for release in releases.all() {
        let version = &release.version;
        let tree = releases.tree(release).expect("a sound archive");
        assert_eq!(hash::of(&tree), release.hash, "{version}");
        let template = Template::new(tree).expect("sound questions");
        let app = render(&template, "hedge", &[]);
        let origin = str::from_utf8(&app[".hoglet.toml"]).expect("UTF-8");
        assert_eq!(
            hash::named_in(origin),
            Some(&*release.hash),
            "an app of {version} names another hash"
        );
        assert!(origin.contains(&format!("template_version = \"{version}\"")));
    }
}

#[test]
fn the_template_names_its_own_hash() {
    let releases = Releases::carried().expect("sound releases");
    let tree = releases.tree(releases.newest()).expect("a sound template");
    assert_eq!(
        releases.newest().hash,
        hash::of(&tree),
        "run `cargo xtask refresh`"
    );
}

/// Without a new version, CI refuses a change of the template.
#[test]
fn a_template_that_has_changed_since_its_release_has_a_newer_version_with_notes() {
    let frozen = Releases::frozen().expect("sound manifests");
    let carried = Releases::carried().expect("sound releases");
    if let Err(error) = status(&frozen, carried.newest()) {
        panic!("{error}");
    }
}

#[test]
fn every_folder_is_a_release_or_the_version_under_work() {
    let folder = repository().join(FOLDER);
    let mut folders = 0;
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let version = path.file_name().and_then(|name| name.to_str());
        let version = version.expect("UTF-8");
        let notes = fs::read_to_string(path.join("notes.md")).expect("every version has notes");
        assert!(!notes.trim().is_empty(), "{version} has no notes");
        match fs::read_to_string(path.join("release.toml")) {
            Ok(manifest) => {
                let manifest: Manifest = toml::from_str(&manifest).expect("a sound manifest");
                assert_eq!(manifest.version, version);
            }
            Err(_) => assert_eq!(
                version,
                env!("CARGO_PKG_VERSION"),
                "only the version under work is not frozen"
            ),
        }
        folders += 1;
    }
    let frozen = Releases::frozen().expect("sound manifests").all().len();
    assert!(folders == frozen || folders == frozen + 1, "{folders}");
}
