//! The arguments of `hoglet new`.

use std::path::PathBuf;

#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// Directory for the app; its last part names the project, `.` means here. A prompt asks for it if it is left out
    pub directory: Option<PathBuf>,

    /// The project's name; by default the name of the directory
    #[arg(long)]
    pub name: Option<String>,

    /// Answer a question of the template, such as `database=postgres`
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub set: Vec<(String, String)>,

    /// Take the default for every question without an answer; never ask
    #[arg(long)]
    pub yes: bool,

    /// Leave out AGENTS.md and CLAUDE.md, the notes for coding agents
    #[arg(long)]
    pub no_agents: bool,

    /// Write nothing; print the files that would be written
    #[arg(long)]
    pub dry_run: bool,

    /// Print one JSON document on stdout
    #[arg(long)]
    pub json: bool,

    /// Make no git repository
    #[arg(long)]
    pub no_git: bool,

    /// Write into a directory that is not empty, over files of the same name
    #[arg(long)]
    pub force: bool,

    /// Build and start the app afterwards, as `hoglet dev` does
    #[arg(long, conflicts_with = "dry_run")]
    pub run: bool,
}

impl Arguments {
    /// The answers to questions of the template.
    pub fn answers(&self) -> Vec<(String, String)> {
        let mut answers = self.set.clone();
        if self.no_agents {
            answers.push(("agents".to_owned(), "no".to_owned()));
        }
        answers
    }
}

/// Reads `KEY=VALUE`.
pub fn key_and_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or("write it as KEY=VALUE, such as `database=postgres`")?;
    Ok((key.to_owned(), value.to_owned()))
}
