//! The release to update to, and the answers for it.

use semver::Version;

use crate::base;
use crate::error::Error;
use crate::new::answers::Answers;
use crate::new::prompt;
use crate::origin::Origin;
use crate::releases::{Release, Releases};
use crate::template::Template;
use crate::update::arguments::Arguments;

/// The release that `--to` names, or the newest one.
pub fn choose<'a>(
    releases: &'a Releases,
    origin: &Origin,
    to: Option<&Version>,
) -> Result<&'a Release, Error> {
    let newest = releases.newest();
    let version = base::exact(origin, releases).map_or(&origin.version, |release| &release.version);
    if *version > newest.version {
        return Err(Error::NewerApp {
            version: version.clone(),
            newest: newest.version.clone(),
        });
    }
    let Some(to) = to else {
        return Ok(newest);
    };
    let target = releases.get(to).ok_or_else(|| Error::UnknownRelease {
        to: to.clone(),
        known: releases
            .all()
            .iter()
            .map(|release| release.version.clone())
            .collect(),
    })?;
    if target.version < *version {
        return Err(Error::NoWayBack {
            version: version.clone(),
            to: to.clone(),
        });
    }
    Ok(target)
}

/// Whether the app was made from this release, or was updated to it.
pub fn is_current(releases: &Releases, origin: &Origin, target: &Release) -> bool {
    base::exact(origin, releases).is_some_and(|release| release.version == target.version)
}

/// The app's answers, and the answers to new questions.
pub fn answers(
    releases: &Releases,
    target: &Release,
    origin: &Origin,
    arguments: &Arguments,
) -> Result<Answers, Error> {
    let questions = Template::new(releases.tree(target)?)?.questions;
    let mut answers = Answers::given(&questions, &arguments.set)?;
    for (key, value) in origin.answers.iter() {
        if answers.get(key).is_some() {
            return Err(Error::Answered {
                key: key.to_owned(),
                value: value.to_owned(),
            });
        }
        if let Ok(question) = questions.get(key) {
            let checked = question.check(value);
            checked.map_err(|error| Error::Origin {
                cause: error.to_string(),
            })?;
        }
        answers.insert(key, value);
    }
    if !arguments.yes && prompt::is_possible() {
        let title = format!("New questions in {}", target.version);
        prompt::ask(&title, &questions, &mut answers)?;
    }
    answers.complete(&questions);
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    use crate::template::Tree;

    const QUESTIONS: &str = r#"
        [template]
        include = []
        ignore = []
        [placeholders.database]
        prompt = "Which database?"
        default = "sqlite"
        choices = ["sqlite", "postgres"]
        [placeholders.cache]
        prompt = "A cache?"
        default = "no"
        choices = ["no", "yes"]
    "#;

    fn releases() -> Releases {
        let release = |minor| {
            let file = |path: &str, text: String| (path.to_owned(), Cow::Owned(text.into_bytes()));
            let tree = [
                file("cargo-generate.toml", QUESTIONS.to_owned()),
                file("a.rs", format!("// {minor}\n")),
            ];
            (Version::new(0, minor, 0), String::new(), Tree::from(tree))
        };
        Releases::new(vec![release(1), release(2), release(3)])
    }

    fn origin(minor: u64, hash: Option<&str>) -> Origin {
        let mut answers = Answers::default();
        answers.insert("project-name", "hedge");
        answers.insert("database", "sqlite");
        Origin {
            version: Version::new(0, minor, 0),
            hash: hash.map(str::to_owned),
            answers,
        }
    }

    fn chosen(origin: &Origin, to: Option<u64>) -> Result<Version, String> {
        let to = to.map(|minor| Version::new(0, minor, 0));
        let releases = releases();
        let target = choose(&releases, origin, to.as_ref());
        target
            .map(|target| target.version.clone())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn it_is_the_newest_or_the_one_that_is_named() {
        let app = origin(1, None);
        assert_eq!(chosen(&app, None), Ok(Version::new(0, 3, 0)));
        assert_eq!(chosen(&app, Some(2)), Ok(Version::new(0, 2, 0)));
        let unknown = chosen(&app, Some(9)).unwrap_err();
        assert_eq!(
            unknown,
            "this hoglet has no release 0.9.0; choose one of these with --to: 0.1.0, 0.2.0, 0.3.0"
        );
    }

    #[test]
    fn there_is_no_way_back() {
        let error = chosen(&origin(2, None), Some(1)).unwrap_err();
        assert!(
            error.starts_with("the app is from release 0.2.0, and 0.1.0 is older;"),
            "{error}"
        );
        let newer = chosen(&origin(4, None), Some(1)).unwrap_err();
        assert!(newer.ends_with("install a newer hoglet"), "{newer}");
    }

    #[test]
    fn an_app_is_current_by_its_hash() {
        let releases = releases();
        let newest = releases.newest();
        let current = |origin: &Origin| is_current(&releases, origin, newest);
        assert!(current(&origin(3, None)));
        assert!(current(&origin(3, Some(&newest.hash))));
        // Made between 0.2.0 and 0.3.0.
        assert!(!current(&origin(3, Some("unknown"))));
        assert!(!current(&origin(2, None)));
    }

    #[test]
    fn answers_stay_and_new_questions_are_answered() {
        let releases = releases();
        let app = origin(1, None);
        let answered = |app: &Origin, set: &[(&str, &str)]| {
            let set = set.iter();
            let arguments = Arguments {
                set: set
                    .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                    .collect(),
                yes: true,
                ..Arguments::default()
            };
            answers(&releases, releases.newest(), app, &arguments)
        };
        let defaults = answered(&app, &[]).unwrap();
        assert_eq!(defaults.get("cache"), Some("no"));
        assert_eq!(defaults.get("project-name"), Some("hedge"));
        let set = answered(&app, &[("cache", "yes")]).unwrap();
        assert_eq!(set.get("cache"), Some("yes"));
        let error = answered(&app, &[("database", "postgres")]).unwrap_err();
        assert!(matches!(error, Error::Answered { .. }), "{error}");
        let error = answered(&app, &[("cach", "yes")]).unwrap_err();
        assert!(matches!(error, Error::UnknownQuestion { .. }), "{error}");
        let mut broken = app.clone();
        broken.answers.insert("database", "mysql");
        let error = answered(&broken, &[]).unwrap_err().to_string();
        assert!(error.contains("`database` cannot be `mysql`"), "{error}");
    }
}
