//! The questions in a terminal.

#![cfg(unix)]

#[path = "support/command.rs"]
mod command;

use std::time::Duration;

use command::Sandbox;
use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{Eof, Expect, Session};

const ENTER: &str = "\r";
const DOWN: &str = "\u{1b}[B";
const CONTROL_C: &str = "\u{3}";

#[test]
fn enter_takes_the_defaults() {
    let sandbox = Sandbox::new();
    let mut terminal = open(&sandbox, "new hedge --no-git");
    for question in ["What is it", "Which database", "Which PostHog region"] {
        answer(&mut terminal, question, ENTER);
    }
    terminal.expect("cargo run").expect("what to type next");
    assert_eq!(end(&mut terminal), 0);
    assert!(
        sandbox
            .read("hedge/.hoglet.toml")
            .contains(r#"description = "A web app that knows its users""#)
    );
}

#[test]
fn a_choice_is_made_with_the_arrows_and_a_text_is_checked() {
    let sandbox = Sandbox::new();
    let mut terminal = open(&sandbox, "new hedge --no-git --set description=Short");
    answer(&mut terminal, "Which database", &format!("{DOWN}{ENTER}"));
    answer(
        &mut terminal,
        "Which PostHog region",
        &format!("moon{ENTER}"),
    );
    terminal.expect("It must be").expect("the rule");
    // Four times backspace.
    terminal
        .send(format!("\u{7f}\u{7f}\u{7f}\u{7f}eu{ENTER}"))
        .expect("it listens");
    assert_eq!(end(&mut terminal), 0);
    let record = sandbox.read("hedge/.hoglet.toml");
    for answer in [
        r#"description = "Short""#,
        r#"database = "postgres""#,
        r#"posthog_region = "eu""#,
    ] {
        assert!(record.contains(answer), "{record}");
    }
}

#[test]
fn nothing_is_asked_if_everything_is_answered_or_with_yes() {
    let sandbox = Sandbox::new();
    let all = "--set description=x --set database=sqlite --set posthog_region=us";
    for (folder, flags) in [("one", "--yes"), ("two", all)] {
        let mut terminal = open(&sandbox, &format!("new {folder} --no-git {flags}"));
        assert_eq!(end(&mut terminal), 0);
    }
}

#[test]
fn control_c_ends_it_with_nothing_written() {
    let sandbox = Sandbox::new();
    let mut terminal = open(&sandbox, "new far/hedge");
    answer(&mut terminal, "What is it", ENTER);
    answer(&mut terminal, "Which database", CONTROL_C);
    terminal
        .expect("interrupted; nothing was written")
        .expect("it says so");
    assert_eq!(end(&mut terminal), 130);
    assert!(sandbox.everything().is_empty());
}

#[test]
fn the_place_is_asked_for_where_it_is_left_out() {
    let sandbox = Sandbox::new();
    sandbox.write("full/notes.txt", "mine");
    let mut terminal = open(&sandbox, "new --no-git");
    answer(
        &mut terminal,
        "Where should the app go",
        &format!("full{ENTER}"),
    );
    terminal.expect("is not empty").expect("the reason");
    // Four times backspace.
    terminal
        .send(format!("\u{7f}\u{7f}\u{7f}\u{7f}deep/hedge{ENTER}"))
        .expect("it listens");
    for question in ["What is it", "Which database", "Which PostHog region"] {
        answer(&mut terminal, question, ENTER);
    }
    terminal.expect("cd deep/hedge").expect("what to type next");
    assert_eq!(end(&mut terminal), 0);
    assert!(
        sandbox
            .read("deep/hedge/Cargo.toml")
            .contains("name = \"hedge\"")
    );

    let mut terminal = open(&sandbox, "new");
    answer(&mut terminal, "Where should the app go", CONTROL_C);
    assert_eq!(end(&mut terminal), 130);
}

#[test]
fn wrong_arguments_are_refused_before_anything_is_asked() {
    let sandbox = Sandbox::new();
    let mut terminal = open(&sandbox, "new fn");
    terminal.expect("Rust keyword").expect("the reason");
    assert_eq!(end(&mut terminal), 2);
}

fn open(sandbox: &Sandbox, arguments: &str) -> OsSession {
    let mut command = sandbox.command(arguments);
    command.stdin(std::process::Stdio::inherit());
    let mut terminal = Session::spawn(command).expect("a terminal");
    terminal.set_expect_timeout(Some(Duration::from_secs(20)));
    terminal
}

fn answer(terminal: &mut OsSession, question: &str, keys: &str) {
    terminal.expect(question).expect("the question is asked");
    terminal.send(keys).expect("it listens");
}

fn end(terminal: &mut OsSession) -> i32 {
    terminal.expect(Eof).expect("it ends");
    match terminal.get_process().wait().expect("it ended") {
        WaitStatus::Exited(_, code) => code,
        other => panic!("it ended otherwise: {other:?}"),
    }
}
