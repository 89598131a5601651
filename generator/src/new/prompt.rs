//! Asks, in a terminal, each question that the command line did not answer.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use cliclack::{Theme, ThemeState};
use console::Style;

use crate::error::Error;
use crate::interrupt::Interrupted;
use crate::new::answers::Answers;
use crate::template::questions::{Question, Questions};

/// Answers are read from stdin, and questions are shown on stderr.
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for the app's directory until `check` accepts the answer.
pub fn ask_directory(
    check: impl Fn(&Path) -> Result<(), Error> + 'static,
) -> Result<PathBuf, Error> {
    cliclack::set_theme(Calm);
    let asked: io::Result<String> = cliclack::input("Where should the app go?")
        .placeholder("my-app")
        .validate(move |typed: &String| {
            check(Path::new(typed.trim())).map_err(|error| error.to_string())
        })
        .interact();
    asked
        .map(|typed| PathBuf::from(typed.trim()))
        .map_err(failed)
}

/// Asks each question that has no answer yet, below a title.
pub fn ask(title: &str, questions: &Questions, answers: &mut Answers) -> Result<(), Error> {
    let open: Vec<&Question> = questions
        .questions
        .iter()
        .filter(|question| question.asked && answers.get(&question.key).is_none())
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    cliclack::set_theme(Calm);
    cliclack::intro(title).map_err(Error::Prompt)?;
    for question in open {
        let value = ask_one(question).map_err(failed)?;
        answers.insert(&question.key, &value);
    }
    cliclack::outro("Thank you.").map_err(Error::Prompt)
}

fn failed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::Interrupted => Interrupted.into(),
        _ => Error::Prompt(error),
    }
}

fn ask_one(question: &Question) -> io::Result<String> {
    if !question.choices.is_empty() {
        let mut select = cliclack::select(&question.prompt).initial_value(question.default.clone());
        for choice in &question.choices {
            let hint = if *choice == question.default {
                "default"
            } else {
                ""
            };
            select = select.item(choice.clone(), choice, hint);
        }
        return select.interact();
    }
    let check = question.clone();
    cliclack::input(&question.prompt)
        .default_input(&question.default)
        .validate(move |value: &String| {
            check
                .check(value)
                .map_err(|_| format!("It must be {}.", check.rule))
        })
        .interact()
}

/// Prompts with one accent colour; answered questions are grey.
struct Calm;

impl Theme for Calm {
    fn bar_color(&self, state: &ThemeState) -> Style {
        match state {
            ThemeState::Active | ThemeState::Error(_) => Style::new().yellow(),
            _ => Style::new().dim(),
        }
    }

    fn state_symbol_color(&self, state: &ThemeState) -> Style {
        self.bar_color(state)
    }

    fn radio_symbol(&self, state: &ThemeState, selected: bool) -> String {
        match (state, selected) {
            (ThemeState::Active, true) => Style::new().yellow().apply_to("●").to_string(),
            (ThemeState::Active, false) => Style::new().dim().apply_to("○").to_string(),
            _ => String::new(),
        }
    }
}
