//! Chores of this repository.
//!
//! ```sh
//! cargo xtask refresh
//! cargo xtask release
//! ```

use std::time::SystemTime;

use anyhow::bail;
use clap::Parser;
use hoglet::releases::Releases;
use xtask::release::{Status, day, freeze, status};
use xtask::repository;

#[derive(Parser)]
#[command(bin_name = "cargo xtask", about)]
enum Chore {
    /// Update everything that is derived from the template
    Refresh,
    /// Freeze the template as the release of the current version
    Release,
}

fn main() -> anyhow::Result<()> {
    match Chore::parse() {
        Chore::Refresh => refresh(),
        Chore::Release => release(),
    }
}

fn refresh() -> anyhow::Result<()> {
    let stale = xtask::stale()?;
    for derived in &stale {
        println!("{}", derived.path);
        derived.write()?;
    }
    if stale.is_empty() {
        println!("all is up to date");
    }
    Ok(())
}

fn release() -> anyhow::Result<()> {
    let stale = xtask::stale()?;
    if !stale.is_empty() {
        let stale: Vec<&str> = stale.iter().map(|derived| derived.path.as_str()).collect();
        bail!(
            "derived files are out of date: run `cargo xtask refresh`, then try again\n{}",
            stale.join("\n")
        );
    }
    let carried = Releases::carried()?;
    let version = &carried.newest().version;
    if status(&Releases::frozen()?, carried.newest())? == Status::Frozen {
        println!("{version} is frozen already, and the template has not changed since");
        return Ok(());
    }
    for (path, contents) in freeze(&carried, &day(SystemTime::now()))? {
        println!("{path}");
        repository::write_file(&repository::top().join(path), &contents)?;
    }
    println!(
        "{version} is frozen: commit these files, and raise the version before the template changes again"
    );
    Ok(())
}
