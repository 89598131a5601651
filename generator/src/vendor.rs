//! `hoglet vendor --with-tests`: copies the tests of the crates in `vendor/`.
//!
//! An app gets these crates without their tests. An owner who changes one of the crates needs the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::colors::{ACCENT, DIM};
use crate::error::Error;
use crate::file::File;
use crate::output;
use crate::project::Project;
use crate::shared::env_text::without_byte_order_mark;
use crate::template::{self, Template};
use crate::write::destination::Destination;
use crate::write::{self, Repository};

#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// Write the tests of the crates in vendor/ to vendor/*/tests/
    #[arg(long, required = true)]
    pub with_tests: bool,

    /// Write over tests that were changed here
    #[arg(long)]
    pub force: bool,
}

pub fn run(folder: &Path, arguments: &Arguments) -> Result<(), Error> {
    let project = Project::find(folder)?;
    let template = Template::embedded()?;
    let origin = Origin::read(&project)?;
    let crates = crates(&project, &template, &origin)?;

    let mut files = Vec::new();
    let mut changed = Vec::new();
    for (path, contents) in tests_of(&template, &crates) {
        match fs::read(project.root.join(path)) {
            Ok(present) if present == **contents => continue,
            Ok(_) => changed.push(path.clone()),
            // The file is missing. Any other problem shows when the file is written.
            Err(_) => {}
        }
        files.push(File {
            path: path.clone(),
            contents: contents.clone(),
            secret: false,
        });
    }
    if !changed.is_empty() && !arguments.force {
        return Err(Error::ChangedFiles { paths: changed });
    }

    let destination = Destination::find(&project.root, true)?;
    let files = destination.check(files)?;
    let written = write::write(&destination, &files, Repository::None)?;
    output::print(&report(files.len(), &crates, &origin)).map_err(Error::Output)?;
    written.keep();
    Ok(())
}

/// The template version and the answers in `.hoglet.toml`.
struct Origin {
    version: String,
    database: Option<String>,
}

impl Origin {
    fn read(project: &Project) -> Result<Self, Error> {
        let table = manifest(&project.root.join(crate::project::MARK))?;
        let text =
            |value: Option<&toml::Value>| value.and_then(toml::Value::as_str).map(str::to_owned);
        let answers = table.get("answers");
        Ok(Self {
            version: text(table.get("template_version")).unwrap_or_default(),
            database: text(answers.and_then(|answers| answers.get("database"))),
        })
    }
}

/// A crate in the app's `vendor/`, and the features that its tests need.
struct Crate {
    name: String,
    features: Vec<String>,
}

/// The crates in the app's `vendor/` that have tests.
///
/// Each must have the same version as in the embedded template.
fn crates(project: &Project, template: &Template, origin: &Origin) -> Result<Vec<Crate>, Error> {
    refuse_other_version("the app", &origin.version, env!("CARGO_PKG_VERSION"))?;
    let names: BTreeSet<&str> = template
        .tests
        .keys()
        .filter_map(|path| template::vendored_crate(path))
        .collect();
    let mut crates = Vec::new();
    for name in names {
        let path = format!("vendor/{name}/Cargo.toml");
        let file = project.root.join(&path);
        if !file.is_file() {
            continue;
        }
        let here = manifest(&file)?;
        let carried = template
            .files
            .get(&path)
            .map_or("", |manifest| str::from_utf8(manifest).unwrap_or_default());
        let carried = toml::from_str(carried).map_err(Error::template(path))?;
        let what = format!("`vendor/{name}`");
        refuse_other_version(&what, version(&here), version(&carried))?;
        crates.push(Crate {
            name: name.to_owned(),
            features: features(&carried, origin),
        });
    }
    if crates.is_empty() {
        return Err(Error::NoVendor {
            folder: project.root.join("vendor"),
        });
    }
    Ok(crates)
}

fn refuse_other_version(what: &str, version: &str, carried: &str) -> Result<(), Error> {
    if version == carried {
        return Ok(());
    }
    Err(Error::OtherVersion {
        what: what.to_owned(),
        version: version.to_owned(),
        carried: carried.to_owned(),
    })
}

fn version(manifest: &toml::Table) -> &str {
    let package = manifest.get("package");
    let version = package.and_then(|package| package.get("version"));
    version.and_then(toml::Value::as_str).unwrap_or_default()
}

/// The features that the tests may need and that the crate has.
fn features(manifest: &toml::Table, origin: &Origin) -> Vec<String> {
    let wanted = ["testing".to_owned()]
        .into_iter()
        .chain(origin.database.clone());
    let known = manifest.get("features").and_then(toml::Value::as_table);
    wanted
        .filter(|feature| known.is_some_and(|known| known.contains_key(feature)))
        .collect()
}

fn tests_of<'a>(
    template: &'a Template,
    crates: &[Crate],
) -> BTreeMap<&'a String, &'a std::borrow::Cow<'static, [u8]>> {
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

fn report(files: usize, crates: &[Crate], origin: &Origin) -> String {
    let mut text = match files {
        0 => "\n  All tests are there already\n\n".to_owned(),
        1 => format!("\n  {ACCENT}1{ACCENT:#} file written to vendor/*/tests/\n\n"),
        _ => format!("\n  {ACCENT}{files}{ACCENT:#} files written to vendor/*/tests/\n\n"),
    };
    for vendored in crates {
        text += &format!("    cargo test -p {}", vendored.name);
        if !vendored.features.is_empty() {
            text += &format!(" --features {}", vendored.features.join(","));
        }
        text.push('\n');
    }
    if origin.database.as_deref() == Some("postgres") {
        text += &format!("\n  {DIM}Tests with PostgreSQL need TEST_DATABASE_URL{DIM:#}\n");
    }
    text.push('\n');
    text
}
