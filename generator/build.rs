//! Embeds the template in the binary: every file below `embed/`, as bytes.
//!
//! Each entry at the top of the template has a link: `embed/X.in` points to `template/X`. Cargo follows links when it
//! packs a crate, so the published crate contains the files themselves. Without the `.in`, git, cargo and cargo-generate
//! would act on some of these names (`.gitignore`, `cargo-generate.toml`).
//!
//! A crate inside the template has its own folder in `embed/`, with a link for each of its entries, because cargo does
//! not pack a folder that contains a `Cargo.toml`.
//!
//! The templates of `hoglet generate` are embedded too, as text: every file below `templates/`. So are the releases: the
//! notes, the manifest and the archive of each folder in `releases/`.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The path of each file in the template, and the path to read it from.
type Files = Vec<(String, PathBuf)>;

/// Modules that the generator compiles too, and their files in the template.
const SHARED: &[(&str, &str)] = &[
    ("env_text", "vendor/hoglet-web/src/settings/env_text.rs"),
    ("system", "vendor/hoglet-web/src/system.rs"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let template = here.join("../template");
    // A checkout without links (Windows) has text files instead, so the files come from the template itself if it exists.
    let template = template.is_dir().then_some(template);

    let mut files = Files::new();
    follow(&here.join("embed"), template.as_deref(), "", &mut files)?;
    files.sort();

    let mut code = String::from("&[\n");
    for (name, source) in &files {
        writeln!(
            code,
            "    ({name:?}, include_bytes!({:?})),",
            source.canonicalize()?
        )?;
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("template.rs"), code)?;
    fs::write(out.join("shared.rs"), shared(&files)?)?;
    fs::write(out.join("generators.rs"), generators(&here)?)?;
    fs::write(out.join("releases.rs"), releases(&here)?)?;
    Ok(())
}

/// The modules from the template that `src/shared.rs` includes.
fn shared(files: &Files) -> Result<String, Box<dyn Error>> {
    let mut code = String::new();
    for (module, name) in SHARED {
        let file = files.iter().find(|(file, _)| file == name);
        let (_, source) = file.ok_or("a shared module is gone from the template")?;
        writeln!(code, "#[path = {:?}]", source.canonicalize()?)?;
        writeln!(code, "pub mod {module};")?;
    }
    Ok(code)
}

/// The templates of `hoglet generate`, by their names without `.liquid`.
fn generators(here: &Path) -> Result<String, Box<dyn Error>> {
    let folder = here.join("templates");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files = Files::new();
    for (entry, path) in entries(&folder)? {
        collect(path, entry, &mut files)?;
    }
    files.sort();
    let mut code = String::from("&[\n");
    for (name, source) in &files {
        let name = name.strip_suffix(".liquid");
        let name = name.ok_or("a template of `hoglet generate` does not end in .liquid")?;
        writeln!(
            code,
            "    ({name:?}, include_str!({:?})),",
            source.canonicalize()?
        )?;
    }
    code.push_str("]\n");
    Ok(code)
}

/// The folders in `releases/`, as code for `src/releases/folder.rs`.
fn releases(here: &Path) -> Result<String, Box<dyn Error>> {
    let folder = here.join("releases");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut folders = entries(&folder)?;
    folders.retain(|(_, path)| path.is_dir());
    folders.sort();
    let mut code = String::from("&[\n");
    for (version, path) in folders {
        let path = path.canonicalize()?;
        let [notes, manifest, archive] =
            ["notes.md", "release.toml", "archive.gz"].map(|name| path.join(name));
        write!(code, "    Folder {{ version: {version:?}, notes: ")?;
        match notes.exists() {
            true => write!(code, "include_str!({notes:?})")?,
            false => code.push_str("\"\""),
        }
        match manifest.exists() {
            true => writeln!(
                code,
                ", frozen: Some(Frozen {{ manifest: include_str!({manifest:?}), archive: include_bytes!({archive:?}) }}) }},"
            )?,
            false => code.push_str(", frozen: None },\n"),
        }
    }
    code.push_str("]\n");
    Ok(code)
}

/// The files behind the links of a folder, and of the folders in it.
///
/// `prefix` is its path in the template.
fn follow(
    folder: &Path,
    template: Option<&Path>,
    prefix: &str,
    files: &mut Files,
) -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for (entry, path) in entries(folder)? {
        let Some(name) = entry.strip_suffix(".in") else {
            follow(&path, template, &format!("{prefix}{entry}/"), files)?;
            continue;
        };
        let name = format!("{prefix}{name}");
        let source = match template {
            Some(template) => template.join(&name),
            None => path,
        };
        println!("cargo:rerun-if-changed={}", source.display());
        // The link may point to a deleted entry. `cargo xtask refresh` removes the link, but first needs this crate to build.
        if source.exists() {
            collect(source, name, files)?;
        }
    }
    Ok(())
}

fn collect(source: PathBuf, name: String, files: &mut Files) -> Result<(), Box<dyn Error>> {
    if !source.is_dir() {
        files.push((name, source));
        return Ok(());
    }
    for (entry, path) in entries(&source)? {
        collect(path, format!("{name}/{entry}"), files)?;
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Box<dyn Error>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or("a file's name is not UTF-8")?.to_owned();
        entries.push((name, path));
    }
    Ok(entries)
}
