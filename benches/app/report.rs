//! The text of a run: the tables, and what one must know to read them.

use crate::column::Column;
use crate::figures::figures;
use crate::goals::goals;
use crate::outcome::Outcome;
use crate::scenario::HOME;

const LEGEND: &str = "\
The cells of a request: requests a second; median and 99th percentile of the latency; CPU time of the server for one
request. Unless the row says otherwise, 32 connections send the request.
";

pub fn report(columns: &[Column], missing: &[String]) -> String {
    let missing: String = missing
        .iter()
        .map(|sentence| format!("\n{sentence}\n"))
        .collect();
    format!(
        "{LEGEND}\n{}{missing}\n{}\n{}",
        figures(columns),
        goals(columns),
        load(columns)
    )
}

/// The load generator's own part of the CPU time. It uses the same cores, which brings all ratios closer to 1.
fn load(columns: &[Column]) -> String {
    let parts = columns.iter().filter_map(|column| {
        let load = column.median(&HOME, Outcome::load_per_request)?;
        let server = column.median(&HOME, Outcome::cpu_time_per_request)?;
        let part = 100.0 * load / (load + server);
        Some(format!("{load:.0} µs ({part:.0} %) for {}", column.title))
    });
    let parts = parts.collect::<Vec<_>>().join(", ");
    format!("CPU time of the load generator for one `GET /`, and its part of the whole: {parts}.\n")
}
