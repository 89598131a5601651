//! Chores of this repository.
//!
//! ```sh
//! cargo xtask refresh
//! ```

use clap::Parser;

#[derive(Parser)]
#[command(bin_name = "cargo xtask", about)]
enum Chore {
    /// Update everything that is derived from the template
    Refresh,
}

fn main() -> anyhow::Result<()> {
    match Chore::parse() {
        Chore::Refresh => refresh(),
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
