//! The arguments of `hoglet update`.

use semver::Version;

use crate::new::key_and_value;

/// The end of `hoglet update --help`.
const RESULT: &str = "\
Merges your changes with those of the template, file by file. The app's answers stay. If both
changed the same lines, the file has a conflict: it gets both versions, between markers, and git
lists it as unmerged, as after `git merge`.

--json prints one object. `from` and `to` are versions; `exact` is false if `from` is only the
nearest release. `created`, `replaced`, `merged`, `deleted` and `kept_deleted` are lists of paths.
`moved` has objects with `from` and `to`. `conflicts` has objects with `file`, `kind` (lines,
binary, deleted_here, deleted_in_template or unresolved) and `lines`, a list of objects with `from`
and `to`. `settings` and `migrations` are lists of names. `notes` has objects with `version` and
`text`. `by_hand` has objects with `file`, `reason` and `text`. `next` has lines of text. With
--dry-run, `diff` is the diff.

The exit code is 0 if everything is done, 1 while conflicts or things to do by hand are left or
after an error, and 2 for a wrong argument.";

#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_long_help = RESULT)]
pub struct Arguments {
    /// Update to this release instead of the newest
    #[arg(long, value_name = "VERSION")]
    pub to: Option<Version>,

    /// Answer a question that is new in the template
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub set: Vec<(String, String)>,

    /// Take the default for all other new questions; never ask
    #[arg(long)]
    pub yes: bool,

    /// Write nothing; print the changes as a diff
    #[arg(long)]
    pub dry_run: bool,

    /// Print one JSON document on stdout
    #[arg(long)]
    pub json: bool,

    /// Continue although some changes are not committed
    #[arg(long)]
    pub force: bool,
}
