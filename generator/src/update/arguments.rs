//! The arguments of `hoglet update`.

use semver::Version;

#[derive(Debug, Clone, Default, clap::Args)]
pub struct Arguments {
    /// Update to this release instead of the newest
    #[arg(long, value_name = "VERSION")]
    pub to: Option<Version>,
}
