//! A load generator: many connections that repeat the same request.

#[path = "connection.rs"]
mod connection;

use std::io;
use std::time::{Duration, Instant};

pub use connection::{Answer, Connection, get, post, post_with};

/// The figures of one run.
pub struct Measured {
    pub requests: usize,
    pub requests_per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
    /// The number of answers with an unexpected status.
    pub failed: usize,
}

/// Opens many connections, and repeats a request on each of them while `go_on` returns true.
///
/// `request` gets the number of the connection.
pub async fn run(
    address: &str,
    connections: usize,
    go_on: impl Fn() -> bool + Clone + Send + 'static,
    expected_status: u16,
    request: impl Fn(usize) -> String,
) -> io::Result<Measured> {
    // One after the other: most servers let only 128 new connections wait, and reset more.
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let start = Instant::now();
    let mut tasks = Vec::new();
    for (index, mut connection) in open.into_iter().enumerate() {
        let (request, go_on) = (request(index), go_on.clone());
        tasks.push(tokio::spawn(async move {
            let mut times = Vec::new();
            let mut failed = 0;
            while go_on() {
                let asked = Instant::now();
                let status = connection.status(&request).await?;
                times.push(asked.elapsed());
                failed += usize::from(status != expected_status);
            }
            Ok::<_, io::Error>((times, failed))
        }));
    }
    let mut times = Vec::new();
    let mut failed = 0;
    for task in tasks {
        let (of_one, failed_of_one) = task.await.map_err(io::Error::other)??;
        times.extend(of_one);
        failed += failed_of_one;
    }
    let elapsed = start.elapsed();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Ok(Measured {
        requests: times.len(),
        requests_per_second: times.len() as f64 / elapsed.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
        failed,
    })
}
