//! The table with all figures of all servers.

use crate::column::Column;
use crate::outcome::Outcome;
use crate::scenario::{CROWDS, HOME, MANY_CONNECTIONS, POST, SCENARIOS, Scenario};

const NOT_MEASURED: &str = "–";

/// One column a server, one row a figure.
pub fn figures(columns: &[Column]) -> String {
    let mut table = String::from("| |");
    for column in columns {
        table += &format!(" {} |", column.title);
    }
    table += &format!("\n|---|{}\n", "---|".repeat(columns.len()));
    let mut row = |title: &str, cell: &dyn Fn(&Column) -> Option<String>| {
        table += &format!("| {title} |");
        for column in columns {
            let cell = cell(column);
            table += &format!(" {} |", cell.as_deref().unwrap_or(NOT_MEASURED));
        }
        table.push('\n');
    };
    let crowds = CROWDS.iter().map(|(_, scenario)| scenario);
    for scenario in SCENARIOS.iter().chain(crowds) {
        row(scenario.title, &|column| latency(column, scenario));
    }
    row("size of `GET /`: head, body", &|column| {
        let page = &column.page;
        Some(format!("{}, {} B", page.head.len(), page.body.len()))
    });
    row("start-up to the first page", &|column| {
        Some(format!("{:.0} ms", column.start_up.as_secs_f64() * 1e3))
    });
    row("memory idle, at most under load", &|column| {
        let peak = column.median(&POST, Outcome::peak_memory);
        let peak = peak.or_else(|| column.median(&HOME, Outcome::peak_memory))?;
        Some(format!("{}, {peak:.0} MiB", column.idle_memory / 1024))
    });
    row("memory, at most with 1,000 connections", &|column| {
        let peak = column.median(&MANY_CONNECTIONS, Outcome::peak_memory)?;
        Some(format!("{peak:.0} MiB"))
    });
    row("events captured, not delivered", &|column| {
        let (captured, not_delivered) = column.events?;
        Some(format!("{captured}, {not_delivered}"))
    });
    row("binary, stripped", &|column| {
        let [built, stripped] = column.binary_sizes()?;
        Some(format!("{built:.0}, {stripped:.0} MiB"))
    });
    table
}

fn latency(column: &Column, scenario: &Scenario) -> Option<String> {
    Some(format!(
        "{:.0}/s, {:.1}, {:.1} ms, {:.0} µs",
        column.median(scenario, Outcome::throughput)?,
        column.median(scenario, Outcome::p50)?,
        column.median(scenario, Outcome::p99)?,
        column.median(scenario, Outcome::cpu_time_per_request)?,
    ))
}
