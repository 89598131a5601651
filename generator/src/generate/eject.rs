//! `hoglet generate --eject KIND`: copies the templates of a kind into the app, so that users can change them.

use std::process::ExitCode;

use crate::error::Error;
use crate::generate::arguments::Output;
use crate::generate::draft::Draft;
use crate::generate::finish::finish;
use crate::generate::report::Report;
use crate::generate::request::Kind;
use crate::generate::templates::{FOLDER, Templates};
use crate::interrupt::Interrupt;
use crate::project::Project;

pub fn run(
    project: &Project,
    kind: Kind,
    output: &Output,
    interrupt: &Interrupt,
) -> Result<ExitCode, Error> {
    let mut draft = Draft::of(&project.root);
    let mut conflicts = Vec::new();
    for (name, text) in Templates::embedded(kind.word()) {
        let path = format!("{FOLDER}/{name}.liquid");
        match draft.read(&path)? {
            Some(own) if own != text.as_bytes() && !output.force => conflicts.push(path),
            _ => draft.write(&path, text)?,
        }
    }
    let next = format!(
        "`hoglet generate {}` uses these templates from now on",
        kind.word()
    );
    let report = Report {
        part: &format!("templates of {}", kind.word()),
        changes: &draft.into_changes(),
        conflicts: &conflicts,
        kept: &[],
        by_hand: &[],
        next: &[next],
        output,
    };
    finish(&project.root, &report, interrupt)
}
