//! The table with the figures that have a goal.

use crate::column::Column;
use crate::ours::{NO_JOBS, OFF, ON};
use crate::outcome::Outcome;
use crate::peers::{BARE_AXUM, DJANGO, LOCO};
use crate::scenario::{HOME, MANY_CONNECTIONS, PAGE, POST, Scenario};

/// Compares the app in its first column with another column.
struct Comparison {
    scenario: Scenario,
    other: &'static str,
    words: &'static str,
    goal: &'static str,
}

const fn compare(
    scenario: Scenario,
    words: &'static str,
    other: &'static str,
    goal: &'static str,
) -> Comparison {
    Comparison {
        scenario,
        other,
        words,
        goal,
    }
}

/// Without a goal.
const NONE: &str = "";

const ON_OR_OFF: &str = "PostHog on against off";
const JOBS: &str = "jobs against no jobs";

const COMPARISONS: &[Comparison] = &[
    compare(
        HOME,
        "against the same page as a constant in bare axum",
        BARE_AXUM,
        "0.6",
    ),
    compare(HOME, "against a new Loco app's", LOCO, "1.0"),
    compare(HOME, "against Django's", DJANGO, "20"),
    compare(PAGE, "against Django's", DJANGO, "35"),
    compare(POST, "against Django's", DJANGO, "45"),
    compare(HOME, ON_OR_OFF, OFF, "0.97"),
    compare(PAGE, ON_OR_OFF, OFF, "0.97"),
    compare(POST, ON_OR_OFF, OFF, "0.97"),
    compare(HOME, JOBS, NO_JOBS, NONE),
    compare(PAGE, JOBS, NO_JOBS, NONE),
    compare(POST, JOBS, NO_JOBS, NONE),
];

/// What the project wants to reach, and what this run shows.
pub fn goals(columns: &[Column]) -> String {
    let column = |title| columns.iter().find(|column| column.title == title);
    let ours = column(ON).expect("the app is measured");
    let mut table = String::from("| figure | this run | goal | by CPU time |\n|---|---|---|---|\n");
    for Comparison {
        scenario,
        other,
        words,
        goal,
    } in COMPARISONS
    {
        let ratio = |figure| ours.ratio(column(other)?, scenario, figure);
        // More CPU time is worse, so its ratio is turned round.
        let by_cpu_time = ratio(Outcome::cpu_time_per_request).map(|ratio| 1.0 / ratio);
        let [this_run, by_cpu_time] =
            [ratio(Outcome::throughput), by_cpu_time].map(|ratio| text(ratio, ""));
        let title = scenario.title;
        table += &format!("| {title}: {words} | {this_run} | {goal} | {by_cpu_time} |\n");
    }
    let [p99, memory] =
        [Outcome::p99, Outcome::peak_memory].map(|figure| ours.median(&MANY_CONNECTIONS, figure));
    let [built, stripped] = ours
        .binary_sizes()
        .map_or([None; 2], |sizes| sizes.map(Some));
    for (title, this_run, goal) in [
        ("`GET /`, 1,000 connections: p99", text(p99, " ms"), "50 ms"),
        (
            "`GET /`, 1,000 connections: memory, at most",
            text(memory, " MiB"),
            "32 MiB",
        ),
        (
            "release binary with both databases",
            text(built, " MiB"),
            "30 MiB",
        ),
        (
            "release binary with both databases, stripped",
            text(stripped, " MiB"),
            "18 MiB",
        ),
    ] {
        table += &format!("| {title} | {this_run} | {goal} | |\n");
    }
    table
}

fn text(figure: Option<f64>, unit: &str) -> String {
    match figure {
        Some(figure) if figure < 10.0 => format!("{figure:.2}{unit}"),
        Some(figure) => format!("{figure:.0}{unit}"),
        None => "not measured".to_owned(),
    }
}
