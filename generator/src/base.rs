//! The base of an app: the release that it was made from, rendered with the app's answers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, iter};

use semver::Version;

use crate::error::Error;
use crate::line_ends;
use crate::new::answers::Answers;
use crate::new::project_name::ProjectName;
use crate::new::render;
use crate::origin::{Origin, PROJECT_NAME};
use crate::project::Project;
use crate::releases::{Release, Releases};
use crate::template::{Template, vendored_crate};

/// The files of an app, by their paths.
pub type Files = BTreeMap<String, Vec<u8>>;

#[derive(Debug)]
pub struct Base {
    pub version: Version,
    /// Whether the app was made from exactly this release. If not, this is the nearest release.
    pub is_exact: bool,
    /// The crates in `vendor/` whose tests the app has. `files` contains these tests.
    pub tested_crates: BTreeSet<String>,
    pub files: Files,
}

impl Base {
    /// Finds the release by its hash, by its version, or by its files.
    ///
    /// `target` is the release to update to. An app that was made from a template between two releases is not compared with
    /// it, because the base must be older.
    pub fn find(
        project: &Project,
        origin: &Origin,
        releases: &Releases,
        target: Option<&Version>,
    ) -> Result<Self, Error> {
        if let Some(release) = exact(origin, releases) {
            return Self::of(project, origin, releases, release, true);
        }
        let newest = &releases.newest().version;
        if origin.version > *newest {
            return Err(Error::NewerApp {
                version: origin.version.clone(),
                newest: newest.clone(),
            });
        }
        nearest(project, origin, releases, target)
    }

    fn of(
        project: &Project,
        origin: &Origin,
        releases: &Releases,
        release: &Release,
        is_exact: bool,
    ) -> Result<Self, Error> {
        let template = Template::new(releases.tree(release)?)?;
        let tested_crates = tested_crates(&project.root, &template);
        Ok(Self {
            version: release.version.clone(),
            is_exact,
            files: rendered(&template, &origin.answers, &tested_crates)?,
            tested_crates,
        })
    }
}

/// The release that the app was made from, if the hash or the version identifies it.
pub fn exact<'a>(origin: &Origin, releases: &'a Releases) -> Option<&'a Release> {
    match &origin.hash {
        Some(hash) => releases.with_hash(hash),
        None => releases.get(&origin.version),
    }
}

/// The release with the most files that are equal to the app's.
fn nearest(
    project: &Project,
    origin: &Origin,
    releases: &Releases,
    target: Option<&Version>,
) -> Result<Base, Error> {
    let mut nearest: Option<(usize, Base)> = None;
    for release in releases.all() {
        if target.is_some_and(|target| release.version >= *target) {
            continue;
        }
        let base = Base::of(project, origin, releases, release, false)?;
        let equal = base.files.iter().filter(|(path, contents)| {
            let mine = fs::read(project.root.join(path));
            mine.is_ok_and(|mine| line_ends::are_equal(&mine, contents))
        });
        let equal = equal.count();
        // If two releases are equally near, the base is the newer one.
        if nearest.as_ref().is_none_or(|(most, _)| equal >= *most) {
            nearest = Some((equal, base));
        }
    }
    let nearest = nearest.map(|(_, base)| base);
    nearest.ok_or_else(|| Error::NoBase {
        version: origin.version.clone(),
    })
}

/// The crates in `vendor/` whose tests `hoglet vendor --with-tests` has written.
fn tested_crates(app: &Path, template: &Template) -> BTreeSet<String> {
    let present = template
        .tests
        .keys()
        .filter(|path| app.join(path).is_file());
    let names = present.filter_map(|path| vendored_crate(path));
    names.map(str::to_owned).collect()
}

/// The files of a release, rendered with these answers, which include `project-name`.
///
/// They include the tests of `tested_crates`, as in [`Base`].
///
/// A missing answer is replaced by the default. The name is not compared with the dependencies of the release, because an
/// existing app keeps its name.
pub fn render(
    releases: &Releases,
    release: &Release,
    answers: &Answers,
    tested_crates: &BTreeSet<String>,
) -> Result<Files, Error> {
    rendered(
        &Template::new(releases.tree(release)?)?,
        answers,
        tested_crates,
    )
}

fn rendered(
    template: &Template,
    answers: &Answers,
    tested_crates: &BTreeSet<String>,
) -> Result<Files, Error> {
    let name = answers.get(PROJECT_NAME).unwrap_or_default();
    let name = ProjectName::new(name, iter::empty()).map_err(|error| match error {
        Error::BadName { name, reason } => Error::Origin {
            cause: format!("`{PROJECT_NAME}` is `{name}`: {reason}"),
        },
        other => other,
    })?;
    let mut answers = answers.clone();
    answers.complete(&template.questions);
    let files = render::render(template, &name, &answers)?;
    let files = files.into_iter().map(|file| (file.path, file.contents));
    let is_wanted =
        |path: &str| vendored_crate(path).is_some_and(|name| tested_crates.contains(name));
    let tests = template.tests.iter().filter(|(path, _)| is_wanted(path));
    let tests = tests.map(|(path, contents)| (path.clone(), contents.clone()));
    let all = files.chain(tests);
    Ok(all
        .map(|(path, contents)| (path, contents.into_owned()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;
    use std::path::Path;

    use crate::template::Tree;

    const QUESTIONS: &str = r#"
        [template]
        include = ["/README.md"]
        ignore = []
        [placeholders.agents]
        prompt = "Agents?"
        default = "yes"
        [conditional.'agents == "no"']
        ignore = ["AGENTS.md"]
    "#;

    fn tree(files: &[(&str, &'static str)]) -> Tree {
        let common = [
            ("cargo-generate.toml", QUESTIONS),
            ("AGENTS.md", "agents\n"),
        ];
        let files = common.iter().chain(files);
        files
            .map(|(path, text)| ((*path).to_owned(), Cow::Borrowed(text.as_bytes())))
            .collect()
    }

    /// Three releases: 0.1.0, 0.2.0 and 0.3.0.
    fn releases() -> Releases {
        let release = |minor, files: &[_]| {
            let version = Version::new(0, minor, 0);
            (version, String::new(), tree(files))
        };
        Releases::new(vec![
            release(1, &[("README.md.liquid", "{{ project-name }} 1\n")]),
            release(
                2,
                &[
                    ("README.md.liquid", "{{ project-name }} 2\n"),
                    ("a.rs", "a\n"),
                ],
            ),
            release(
                3,
                &[
                    ("README.md.liquid", "{{ project-name }} 3\n"),
                    ("a.rs", "a\n"),
                ],
            ),
        ])
    }

    fn origin(version: Version, hash: Option<&str>) -> Origin {
        let mut answers = Answers::default();
        answers.insert(PROJECT_NAME, "hedge");
        Origin {
            version,
            hash: hash.map(str::to_owned),
            answers,
        }
    }

    fn project(app: &Path) -> Project {
        Project {
            root: app.to_owned(),
            name: "hedge".to_owned(),
        }
    }

    #[test]
    fn the_tests_of_a_crate_are_among_the_files_if_the_app_has_some_of_them() {
        let app = tempfile::tempdir().unwrap();
        let (one, two) = ("vendor/web/tests/one.rs", "vendor/web/tests/two.rs");
        let tree = tree(&[
            (one, "1\n"),
            (two, "2\n"),
            ("vendor/jobs/tests/jobs.rs", "3\n"),
        ]);
        let releases = Releases::new(vec![(Version::new(0, 1, 0), String::new(), tree)]);
        let origin = origin(Version::new(0, 1, 0), None);
        let find = || Base::find(&project(app.path()), &origin, &releases, None).unwrap();
        assert_eq!(find().files.keys().collect::<Vec<_>>(), ["AGENTS.md"]);

        // The user's own test does not count.
        fs::create_dir_all(app.path().join("vendor/web/tests")).unwrap();
        fs::write(app.path().join("vendor/web/tests/mine.rs"), "").unwrap();
        assert_eq!(find().tested_crates, BTreeSet::new());

        fs::write(app.path().join(two), "changed\n").unwrap();
        let base = find();
        assert_eq!(
            base.files.keys().collect::<Vec<_>>(),
            ["AGENTS.md", one, two]
        );
        let again = render(
            &releases,
            releases.newest(),
            &origin.answers,
            &base.tested_crates,
        );
        assert_eq!(again.unwrap(), base.files);
    }

    fn base(app: &Path, origin: &Origin, target: Option<&Version>) -> Result<Base, Error> {
        Base::find(&project(app), origin, &releases(), target)
    }

    #[test]
    fn a_known_hash_or_version_is_exact() {
        let app = tempfile::tempdir().unwrap();
        let releases = releases();
        let (first, second) = (&releases.all()[0], &releases.all()[1]);
        // The hash counts, not the version beside it.
        let known = origin(first.version.clone(), Some(&second.hash));
        let found = base(app.path(), &known, None).unwrap();
        assert_eq!((&found.version, found.is_exact), (&second.version, true));
        let old = origin(first.version.clone(), None);
        let found = base(app.path(), &old, None).unwrap();
        assert_eq!((&found.version, found.is_exact), (&first.version, true));
        assert_eq!(found.files["README.md"], b"hedge 1\n");
    }

    #[test]
    fn otherwise_it_is_the_nearest_one_before_the_target() {
        let app = tempfile::tempdir().unwrap();
        let between = origin(Version::new(0, 3, 0), Some("unknown"));
        fs::write(app.path().join("README.md"), "hedge 2\r\n").unwrap();
        fs::write(app.path().join("AGENTS.md"), "agents\n").unwrap();
        fs::write(app.path().join("a.rs"), "a\n").unwrap();
        let newest = Version::new(0, 3, 0);
        let found = base(app.path(), &between, Some(&newest)).unwrap();
        assert_eq!(
            (found.version, found.is_exact),
            (Version::new(0, 2, 0), false)
        );
        // The app is most like 0.3.0, but that is the target.
        fs::write(app.path().join("README.md"), "hedge 3\n").unwrap();
        let found = base(app.path(), &between, Some(&newest)).unwrap();
        assert_eq!(found.version, Version::new(0, 2, 0));
        let found = base(app.path(), &between, None).unwrap();
        assert_eq!(found.version, newest);
    }

    #[test]
    fn an_unknown_template_before_the_first_release_has_no_base() {
        let app = tempfile::tempdir().unwrap();
        let first = Version::new(0, 1, 0);
        let unknown = origin(first.clone(), Some("unknown"));
        let error = base(app.path(), &unknown, Some(&first)).unwrap_err();
        assert!(matches!(error, Error::NoBase { .. }), "{error}");
        let newer = origin(Version::new(0, 9, 0), None);
        let error = base(app.path(), &newer, None).unwrap_err();
        assert!(matches!(error, Error::NewerApp { .. }), "{error}");
    }

    #[test]
    fn the_answers_decide_and_the_defaults_fill_in() {
        let releases = releases();
        let release = releases.newest();
        let mut answers = origin(release.version.clone(), None).answers;
        let files = render(&releases, release, &answers, &BTreeSet::new()).unwrap();
        assert!(files.contains_key("AGENTS.md"));
        answers.insert("agents", "no");
        let files = render(&releases, release, &answers, &BTreeSet::new()).unwrap();
        assert!(!files.contains_key("AGENTS.md"));
        answers.insert(PROJECT_NAME, "1st");
        let error = render(&releases, release, &answers, &BTreeSet::new()).unwrap_err();
        assert!(error.to_string().contains("`project-name` is `1st`"));
    }
}
