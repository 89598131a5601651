//! The table of PostHog's specification for SDKs.
//!
//! Each test in the table exists, and no specification is missing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The specifications for servers, in November 2026.
///
/// They are in `acceptance/` of PostHog/sdk-specs, with a scenario tagged `@server` or `@both`. Experiment holdouts are
/// not listed: they have separate scenarios, and belong to the evaluator.
const SPECIFICATIONS: &[&str] = &[
    "alias",
    "before-send-hook",
    "capture",
    "capture-ai",
    "capture-exception",
    "evaluate-flags",
    "event-batcher",
    "exception-event-metadata",
    "feature-flag-cache",
    "feature-flag-called-tracker",
    "flag-definition-loader",
    "flush",
    "get-distinct-id",
    "get-feature-flag",
    "get-feature-flag-payload",
    "get-feature-flag-result",
    "get-feature-flags",
    "get-feature-flags-and-payloads",
    "group-identify",
    "http-client",
    "identify",
    "is-feature-enabled",
    "local-feature-flag-evaluator",
    "mcp-analytics",
    "reset-group-properties-for-flags",
    "reset-person-properties-for-flags",
    "retry-queue",
    "set-group-properties-for-flags",
    "set-person-properties-for-flags",
    "shutdown",
    "tracing-headers",
];

struct Row {
    specification: String,
    state: String,
    why: String,
}

fn rows() -> Vec<Row> {
    let file = root().join("docs/posthog-sdk-compliance.md");
    let text = fs::read_to_string(file).expect("the table");
    let lines = text.lines().filter(|line| line.starts_with('|'));
    // Skip the header of the table.
    lines.skip(2).map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [specification, state, why] = cells[..] else {
        panic!("three cells are expected: {line}");
    };
    Row {
        specification: specification.to_owned(),
        state: state.to_owned(),
        why: why.to_owned(),
    }
}

/// The tests in a cell, written as `file.rs::test` between backticks.
fn tests(text: &str) -> Vec<(&str, &str)> {
    let between_backticks = text.split('`').skip(1).step_by(2);
    between_backticks
        .filter_map(|name| name.split_once(".rs::"))
        .collect()
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn every_specification_has_one_line_and_a_state() {
    let rows = rows();
    let listed: Vec<_> = rows.iter().map(|row| row.specification.as_str()).collect();
    assert_eq!(listed, SPECIFICATIONS, "each once, in alphabetical order");
    for row in &rows {
        let name = &row.specification;
        let proofs = tests(&row.why).len();
        match row.state.as_str() {
            "pass" => assert!(proofs > 0, "{name} passes, and names no test"),
            "in part" => assert!(
                proofs > 0 && row.why.contains(". "),
                "{name} holds in part: say which tests prove it, and what is missing"
            ),
            "does not apply" => assert!(!row.why.is_empty(), "say why {name} does not apply"),
            other => panic!("{name} has the state `{other}`"),
        }
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let mut missing = BTreeSet::new();
    for row in rows() {
        for (file, test) in tests(&row.why) {
            let path = match file.contains('/') {
                true => root().join(format!("{file}.rs")),
                false => root().join(format!("template/vendor/hoglet-web/tests/web/{file}.rs")),
            };
            let text = fs::read_to_string(&path).unwrap_or_default();
            let is_test = text
                .split_once(&format!("fn {test}("))
                .is_some_and(|(before, _)| {
                    // The attribute of a test is directly above it.
                    let attribute = before.trim_end_matches("async ").trim_end().lines().last();
                    attribute.is_some_and(|line| line.contains("test"))
                });
            if !is_test {
                missing.insert(format!("{file}.rs::{test}"));
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
}
