//! Checks the speed and the memory of the stand-in for PostHog.
//!
//! It must take at least 10,000 events per second in batches, in bounded memory. Apps are measured with the stand-in,
//! so it must not be the bottleneck. A thousand changes of one person in one batch take no longer than changes of a
//! thousand persons.
//!
//! ```sh
//! cargo bench -p hoglet --bench posthog_standin
//! ```

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

const EVENTS: usize = 300_000;
const BATCH: usize = 100;
const CONNECTIONS: usize = 4;
const LEAST_A_SECOND: f64 = 10_000.0;
const MOST_MEGABYTES: u64 = 384;
const SETS: usize = 1_000;
const MOST_MILLISECONDS: f64 = 250.0;

#[tokio::main]
async fn main() -> ExitCode {
    let (mut standin, url) = start();
    let http = reqwest::Client::new();
    let start = Instant::now();
    let mut senders = Vec::new();
    for connection in 0..CONNECTIONS {
        let (http, url) = (http.clone(), url.clone());
        senders.push(tokio::spawn(async move {
            for number in 0..EVENTS / BATCH / CONNECTIONS {
                let body = batch(connection * EVENTS + number * BATCH);
                let sent = http.post(format!("{url}/batch/")).body(body).send().await;
                let answer = sent.expect("an answer");
                assert!(answer.status().is_success(), "{}", answer.status());
                answer.bytes().await.expect("a whole answer");
            }
        }));
    }
    for sender in senders {
        sender.await.expect("all were taken");
    }
    let seconds = start.elapsed().as_secs_f64();
    let rate = EVENTS as f64 / seconds;

    let status = http.get(format!("{url}/hoglet/status")).send().await;
    let status: Value = status.expect("an answer").json().await.expect("JSON");
    assert_eq!(status["counts"]["events"], EVENTS);
    let memory = megabytes(&standin);
    let one_person = sets_on_one_person(&http, &url).await;
    standin.kill().expect("it ends");
    standin.wait().expect("it ended");

    println!(
        "{EVENTS} events in batches of {BATCH} over {CONNECTIONS} connections: {rate:.0} a second, {} kept, {} people, {} MB at most",
        status["kept"],
        status["people"],
        memory.map_or("unknown".to_owned(), |memory| memory.to_string())
    );
    println!("{SETS} `$set`s of one person in one batch: {one_person:.0} ms");
    if rate >= LEAST_A_SECOND
        && one_person <= MOST_MILLISECONDS
        && memory.is_none_or(|memory| memory <= MOST_MEGABYTES)
    {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The milliseconds for a batch in which each event adds a property to the same person.
async fn sets_on_one_person(http: &reqwest::Client, url: &str) -> f64 {
    let events: Vec<Value> = (0..SETS)
        .map(|number| {
            let set = json!({format!("key-{number}"): "v".repeat(100)});
            json!({"event": "$set", "distinct_id": "one", "properties": {"$set": set}})
        })
        .collect();
    let body = json!({"api_key": "phc_bench", "batch": events}).to_string();
    let start = Instant::now();
    let sent = http.post(format!("{url}/batch/")).body(body).send().await;
    assert!(sent.expect("an answer").status().is_success());
    start.elapsed().as_secs_f64() * 1_000.0
}

fn start() -> (Child, String) {
    let mut standin = Command::new(env!("CARGO_BIN_EXE_hoglet"))
        .args(["posthog", "--port", "0"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("hoglet runs");
    let said = BufReader::new(standin.stderr.as_mut().expect("its words"))
        .lines()
        .next();
    let said = said.expect("a line").expect("text");
    let url = said
        .strip_prefix("listening on ")
        .expect("its address")
        .to_owned();
    (standin, url)
}

/// A batch like the template's app sends, with about 1 kB per event. Every tenth event is from a user, every fiftieth a
/// log-in.
fn batch(first: usize) -> String {
    let events: Vec<Value> = (first..first + BATCH)
        .map(|number| {
            let user = number.is_multiple_of(10);
            let (event, id) = match number {
                _ if number.is_multiple_of(50) => ("$identify", format!("user-{}", number / 100)),
                _ if user => ("dashboard_viewed", format!("user-{}", number / 100)),
                _ => ("burrito_considered", format!("visitor-{}", number / 20)),
            };
            let mut properties = json!({
                "total_considerations": number, "$session_id": format!("0190a6e4-0000-7000-8000-{:012}", number / 20),
                "$current_url": "http://127.0.0.1:8000/burrito?from=dashboard", "$request_method": "GET",
                "$request_path": "/burrito", "$ip": "127.0.0.1", "$lib": "posthog-rs", "$lib_version": "0.30.0",
                "$user_agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0",
                "$raw_user_agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0",
                "$os": "Linux", "$os_version": "6.1", "$is_server": true, "$geoip_disable": true,
            });
            if event == "$identify" {
                properties["$anon_distinct_id"] = json!(format!("visitor-{}", number / 20));
                properties["$set"] = json!({"email": format!("user-{number}@example.com"), "name": "Ann Lee"});
            } else if !user {
                properties["$process_person_profile"] = json!(false);
            }
            json!({
                "uuid": format!("0190a6e4-0000-7000-9000-{number:012}"), "event": event, "distinct_id": id,
                "timestamp": "2026-11-21T09:00:00.000Z", "properties": properties,
            })
        })
        .collect();
    json!({"api_key": "phc_bench", "historical_migration": false, "sent_at": "2026-11-21T09:00:00Z", "batch": events}).to_string()
}

/// The peak memory of the process, if the system reports it.
fn megabytes(process: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}
