//! Merges of files, compared with those of git.

#[path = "merge/edits.rs"]
mod edits;
#[path = "merge/git.rs"]
mod git;
#[path = "merge/journal.rs"]
mod journal;
#[path = "merge/lines.rs"]
mod lines;
#[path = "merge/manifest.rs"]
mod manifest;
#[path = "merge/origin.rs"]
mod origin;
#[path = "merge/trees.rs"]
mod trees;

use hoglet::update::merge::Labels;

fn labels() -> Labels {
    Labels {
        mine: "mine".to_owned(),
        theirs: "theirs".to_owned(),
    }
}
