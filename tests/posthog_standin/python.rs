//! The stand-in with PostHog's own SDK for Python.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::Standin;

#[tokio::test]
async fn the_python_sdk_delivers_and_reads_flags() {
    let Some(python) = python_with_posthog() else {
        return;
    };
    let standin = Standin::start().await;
    let flags = json!({"headline": {"variants": {"control": 0, "test": 100}, "payloads": {"test": {"text": "Hi"}}}});
    standin.put("/hoglet/flags", &flags).await;
    let printed = run(python, PYTHON, &standin).await;
    assert_eq!(printed.trim(), "test {'text': 'Hi'} test");

    let events = standin.get("/hoglet/events?event=from%20python").await;
    assert_eq!(
        events["events"].as_array().map(Vec::len),
        Some(2),
        "{events}"
    );
    let people = standin.get("/hoglet/people?distinct_id=ann").await;
    assert_eq!(people[0]["properties"]["name"], "Ann");
    assert_eq!(people[0]["distinct_ids"], json!(["ann", "visitor"]));
    let exceptions = standin.get("/hoglet/exceptions").await;
    assert_eq!(
        exceptions[0]["properties"]["$exception_list"][0]["type"],
        "ValueError"
    );
    assert_eq!(standin.get("/hoglet/malformed").await, json!([]));
}

const PYTHON: &str = r#"
import sys
from posthog import Posthog

for gzip in (False, True):
    posthog = Posthog("phc_test", host=sys.argv[1], gzip=gzip, personal_api_key="phx_test", enable_local_evaluation=gzip)
    posthog.capture("from python", distinct_id="ann", properties={"gzip": gzip})
    if not gzip:
        posthog.alias(previous_id="visitor", distinct_id="ann")
        posthog.set(distinct_id="ann", properties={"name": "Ann"})
        remote = posthog.get_feature_flag("headline", "ann")
        payload = posthog.get_feature_flag_payload("headline", "ann")
        try:
            raise ValueError("from python")
        except ValueError as error:
            posthog.capture_exception(error, distinct_id="ann")
    else:
        print(remote, payload, posthog.get_feature_flag("headline", "bob"))
    posthog.shutdown()
"#;

#[tokio::test]
async fn the_python_sdk_uses_v1_with_zstd() {
    let Some(python) = python_with_posthog() else {
        return;
    };
    let standin = Standin::start().await;
    run(python, V1, &standin).await;

    let events = standin.get("/hoglet/events").await;
    let rows = events["events"].as_array().expect("events");
    let of =
        |name: &str| -> Vec<&Value> { rows.iter().filter(|row| row["event"] == name).collect() };
    let seen = of("seen");
    assert_eq!(seen.len(), 1, "{events}");
    assert_eq!(seen[0]["path"], "/i/v1/analytics/events");
    assert_eq!(seen[0]["properties"]["$lib"], "posthog-python");
    let version = seen[0]["properties"]["$lib_version"].as_str();
    assert!(
        version.is_some_and(|version| version.contains('.')),
        "{seen:?}"
    );
    assert_eq!(of("glanced")[0]["personless"], true);
    // The endpoint drops the event with an id of more than 200 characters.
    assert_eq!(rows.len(), 2, "{events}");
    let malformed = standin.get("/hoglet/malformed").await;
    assert_eq!(
        malformed[0]["reason"], "distinct_id_too_large",
        "{malformed}"
    );
}

const V1: &str = r#"
import sys
from posthog import Posthog

posthog = Posthog("phc_test", host=sys.argv[1], capture_mode="v1", capture_compression="zstd")
posthog.capture("seen", distinct_id="  ann  ")
posthog.capture("glanced", distinct_id="visitor", properties={"$process_person_profile": False})
posthog.capture("too long", distinct_id="x" * 201)
posthog.shutdown()
"#;

/// The stand-in and the SDK evaluate the same flags. Each line is `key id remote local`.
#[tokio::test]
async fn the_python_sdk_evaluates_locally_as_the_stand_in_does() {
    let Some(python) = python_with_posthog() else {
        return;
    };
    let standin = Standin::start().await;
    let property = |key: &str, operator: &str, value: Value| json!({"conditions": [{"properties": [{"key": key, "operator": operator, "value": value}]}]});
    let flags = json!({
        "written-order": {
            "variants": {"control": 50, "test": 50},
            "conditions": [
                {"properties": [{"key": "plan", "value": "paid"}]},
                {"properties": [{"key": "seats", "operator": "gt", "value": 1}], "variant": "test"},
            ],
        },
        "text-gt": property("plan", "gt", json!(1)),
        "number-gt": property("seats", "gt", json!("9")),
        "exact-false": property("plan", "exact", json!(false)),
        "not-false": property("plan", "is_not", json!(["false"])),
        "not-true": property("seats", "is_not", json!("True")),
        "by-company": {"group_type": "company", "rollout_percentage": 50},
    });
    standin.put("/hoglet/flags", &flags).await;
    let printed = run(python, EVALUATE, &standin).await;
    let mut true_and_false = [0, 0];
    for line in printed.lines() {
        let [key, _, remote, local] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        assert_eq!(remote, local, "{line}");
        true_and_false[usize::from(local == "False")] += 1;
        assert!(key != "text-gt" || local == "False", "{line}");
        assert!(key != "exact-false" || local == "True", "{line}");
    }
    assert!(true_and_false.iter().all(|count| *count > 20), "{printed}");
}

const EVALUATE: &str = r#"
import sys
from posthog import Posthog

remote = Posthog("phc_test", host=sys.argv[1])
local = Posthog("phc_test", host=sys.argv[1], personal_api_key="phx_test", enable_local_evaluation=True)
keys = ["written-order", "text-gt", "number-gt", "exact-false", "not-false", "not-true", "by-company"]
for number in range(20):
    known = {
        "person_properties": {"plan": "paid", "seats": number},
        # A group's key may be a number.
        "groups": {"company": number},
        "group_properties": {"company": {"size": 1}},
        "send_feature_flag_events": False,
    }
    for key in keys:
        id = f"user-{number}"
        asked = remote.get_feature_flag(key, id, **known)
        computed = local.get_feature_flag(key, id, only_evaluate_locally=True, **known)
        print(key, id, asked, computed)
remote.shutdown()
local.shutdown()
"#;

/// Runs a script with the stand-in's address, and returns its output.
async fn run(python: PathBuf, script: &str, standin: &Standin) -> String {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(script.as_bytes()).expect("written");
    let url = standin.url.clone();
    let output = tokio::task::spawn_blocking(move || {
        Command::new(python).arg(file.path()).arg(url).output()
    })
    .await
    .expect("a thread")
    .expect("python runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A Python with PostHog's SDK.
///
/// It is the Python that `POSTHOG_PYTHON` names, or a new environment with the SDK from PyPI.
fn python_with_posthog() -> Option<PathBuf> {
    // The tests of this file run in parallel and share the environment. The first test makes it, and the others wait.
    static INSTALLED: LazyLock<Result<PathBuf, String>> = LazyLock::new(install);
    match &*INSTALLED {
        Ok(python) => Some(python.clone()),
        // A machine without Python or without a network skips these tests. In CI this is an error.
        Err(error) => {
            assert!(
                std::env::var_os("CI").is_none(),
                "Python 3 and PostHog's SDK are needed: {error}"
            );
            eprintln!("skipped: no Python 3 with PostHog's SDK: {error}");
            None
        }
    }
}

fn install() -> Result<PathBuf, String> {
    if let Some(python) = std::env::var_os("POSTHOG_PYTHON") {
        return Ok(python.into());
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("python-with-posthog");
    let python = folder.join("bin/python");
    let import = ["-c", "import posthog, zstandard"];
    if succeeds(&python, &import).is_err() {
        succeeds(
            "python3".as_ref(),
            &["-m", "venv", &folder.to_string_lossy()],
        )?;
        let install = ["-m", "pip", "install", "--quiet", "posthog[zstd]"];
        succeeds(&python, &install)?;
        succeeds(&python, &import)?;
    }
    Ok(python)
}

fn succeeds(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let command = || format!("{} {}", program.display(), arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| format!("{}: {error}", command()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{}: {}",
        command(),
        String::from_utf8_lossy(&output.stderr)
    ))
}
