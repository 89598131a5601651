//! Puts the template into the binary: every file below `embed/`, as bytes.
//!
//! `embed/X.in` is a link to `template/X`, one for each entry at the template's top. Cargo follows links when it packs
//! a crate, so the published crate carries the files themselves. The `.in` keeps names apart that mean something to
//! git, cargo and cargo-generate (`.gitignore`, `cargo-generate.toml`).

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let embed = here.join("embed");
    let template = here.join("../template");
    println!("cargo:rerun-if-changed={}", embed.display());

    let mut files = Vec::new();
    for entry in fs::read_dir(&embed)? {
        let entry = entry?.path();
        let name = entry
            .file_stem()
            .and_then(|stem| stem.to_str())
            .ok_or("a link's name is not UTF-8")?;
        // A checkout without links (Windows) has text files in their place; the template beside us is the same.
        let source = if template.is_dir() {
            template.join(name)
        } else {
            entry.clone()
        };
        println!("cargo:rerun-if-changed={}", source.display());
        if !source.exists() {
            // Its entry is gone from the template; the refresh that removes the link needs this crate to build.
            continue;
        }
        collect(&source, name, &mut files)?;
    }
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
    fs::write(
        PathBuf::from(env::var("OUT_DIR")?).join("template.rs"),
        code,
    )?;
    Ok(())
}

fn collect(
    source: &Path,
    name: &str,
    files: &mut Vec<(String, PathBuf)>,
) -> Result<(), Box<dyn Error>> {
    if !source.is_dir() {
        files.push((name.to_owned(), source.to_owned()));
        return Ok(());
    }
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        let file_name = entry.file_name();
        let file_name = file_name
            .to_str()
            .ok_or("a file's name in the template is not UTF-8")?;
        collect(&entry.path(), &format!("{name}/{file_name}"), files)?;
    }
    Ok(())
}
