//! `hoglet vendor --with-tests`: copies the tests of the crates in `vendor/`.
//!
//! An app gets these crates without their tests. A user who changes one of the crates needs the tests. They come from the
//! release that the app was made from, and `hoglet update` updates them, too.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::base::Base;
use crate::colors::{ACCENT, DIM};
use crate::error::Error;
use crate::generate::draft::Draft;
use crate::interrupt::Interrupt;
use crate::line_ends;
use crate::origin::Origin;
use crate::output;
use crate::project::Project;
use crate::releases::Releases;
use crate::shared::env_text::without_byte_order_mark;
use crate::template::{self, Template};
use crate::write;
use crate::write::lock::Lock;

#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// Write the tests of the crates in vendor/ to vendor/*/tests/
    #[arg(long, required = true)]
    pub with_tests: bool,

    /// Overwrite tests that were changed here
    #[arg(long)]
    pub force: bool,
}

pub fn run(folder: &Path, arguments: &Arguments) -> Result<(), Error> {
    run_with(&Releases::carried()?, folder, arguments)
}

/// Copies the tests of one of these releases. Tests pass their own releases.
pub fn run_with(releases: &Releases, folder: &Path, arguments: &Arguments) -> Result<(), Error> {
    let project = Project::find(folder)?;
    let interrupt = Interrupt::listen();
    // Held until the end, so that no other command changes the files that are read here.
    let _lock = Lock::take(&project.root, &interrupt)?;
    let origin = Origin::read(&project)?;
    let base = Base::find(&project, &origin, releases, None)?;
    let release = releases.get(&base.version);
    let release = release.expect("the base is one of the releases");
    let template = Template::new(releases.tree(release)?)?;
    let database = origin.answers.get("database");
    let crates = crates(&project, &template, database)?;

    let mut draft = Draft::of(&project.root);
    let mut changed = Vec::new();
    for (path, contents) in tests_of(&template, &crates) {
        match draft.read(path)? {
            Some(present) if line_ends::are_equal(present, contents) => continue,
            Some(_) => changed.push(path.clone()),
            None => {}
        }
        draft.write(path, &**contents)?;
    }
    if !changed.is_empty() && !arguments.force {
        return Err(Error::ChangedFiles { paths: changed });
    }

    let changes = draft.into_changes();
    let written = write::changes::apply(&project.root, &changes, &interrupt)?;
    let report = report(changes.len(), &crates, &base, database);
    output::print(&report).map_err(Error::Output)?;
    written.keep();
    Ok(())
}

/// A crate in the app's `vendor/`, and the features that its tests need.
struct Crate {
    name: String,
    features: Vec<String>,
}

/// The crates in the app's `vendor/` that have tests.
fn crates(
    project: &Project,
    template: &Template,
    database: Option<&str>,
) -> Result<Vec<Crate>, Error> {
    let names: BTreeSet<&str> = template
        .tests
        .keys()
        .filter_map(|path| template::vendored_crate(path))
        .collect();
    let mut crates = Vec::new();
    for name in names {
        let file = project.root.join(format!("vendor/{name}/Cargo.toml"));
        if file.is_file() {
            crates.push(Crate {
                name: name.to_owned(),
                features: features(&manifest(&file)?, database),
            });
        }
    }
    if crates.is_empty() {
        return Err(Error::NoVendor {
            folder: project.root.join("vendor"),
        });
    }
    Ok(crates)
}

/// The features that the tests may need and that the crate has.
fn features(manifest: &toml::Table, database: Option<&str>) -> Vec<String> {
    let wanted = ["testing"].into_iter().chain(database);
    let known = manifest.get("features").and_then(toml::Value::as_table);
    wanted
        .filter(|feature| known.is_some_and(|known| known.contains_key(*feature)))
        .map(str::to_owned)
        .collect()
}

fn tests_of<'a>(
    template: &'a Template,
    crates: &[Crate],
) -> BTreeMap<&'a String, &'a Cow<'static, [u8]>> {
    let is_wanted = |path: &str| {
        template::vendored_crate(path)
            .is_some_and(|name| crates.iter().any(|wanted| wanted.name == name))
    };
    template
        .tests
        .iter()
        .filter(|(path, _)| is_wanted(path))
        .collect()
}

fn manifest(file: &Path) -> Result<toml::Table, Error> {
    let broken = |cause: String| {
        Error::Project(crate::project::Error::Manifest {
            file: file.to_owned(),
            cause,
        })
    };
    let text = fs::read_to_string(file).map_err(|cause| broken(cause.to_string()))?;
    toml::from_str(without_byte_order_mark(&text))
        .map_err(|cause: toml::de::Error| broken(cause.message().to_owned()))
}

fn report(files: usize, crates: &[Crate], base: &Base, database: Option<&str>) -> String {
    let mut text = match files {
        0 => "\n  All tests are there already\n\n".to_owned(),
        1 => format!("\n  {ACCENT}1{ACCENT:#} file written to vendor/*/tests/\n\n"),
        _ => format!("\n  {ACCENT}{files}{ACCENT:#} files written to vendor/*/tests/\n\n"),
    };
    if !base.is_exact {
        text += &format!(
            "  This app was made from a template between two releases. The nearest is {}, so these are the tests of that release\n\n",
            base.version
        );
    }
    for vendored in crates {
        text += &format!("    cargo test -p {}", vendored.name);
        if !vendored.features.is_empty() {
            text += &format!(" --features {}", vendored.features.join(","));
        }
        text.push('\n');
    }
    if database == Some("postgres") {
        text += &format!("\n  {DIM}Tests with PostgreSQL need TEST_DATABASE_URL{DIM:#}\n");
    }
    text.push('\n');
    text
}
