//! A load generator: many connections that ask the same thing again and again.
//!
//! It speaks just enough HTTP/1.1 to be cheap: what it costs is missing from the app it measures.

use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What one run of load saw.
pub struct Measured {
    pub requests_per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
    /// Answers with another status than the one expected.
    pub failed: usize,
}

/// Asks `request(connection)` on each of so many connections for as long as `duration`.
pub async fn run(
    address: &str,
    connections: usize,
    duration: Duration,
    expected_status: u16,
    request: impl Fn(usize) -> String,
) -> io::Result<Measured> {
    let start = Instant::now();
    let end = start + duration;
    let mut tasks = Vec::new();
    for index in 0..connections {
        let (address, request) = (address.to_owned(), request(index));
        tasks.push(tokio::spawn(async move {
            let mut connection = Connection::open(&address).await?;
            let mut times = Vec::new();
            let mut failed = 0;
            while Instant::now() < end {
                let asked = Instant::now();
                let answer = connection.ask(&request).await?;
                times.push(asked.elapsed());
                failed += usize::from(answer.status != expected_status);
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
        requests_per_second: times.len() as f64 / elapsed.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
        failed,
    })
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address.trim_start_matches("http://")).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::new(),
        })
    }

    pub async fn ask(&mut self, request: &str) -> io::Result<Answer> {
        self.stream.write_all(request.as_bytes()).await?;
        let head_end = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.fill().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_end]).into_owned();
        let length = header(&head, "content-length")
            .and_then(|length| length.parse::<usize>().ok())
            .unwrap_or(0);
        while self.buffer.len() < head_end + length {
            self.fill().await?;
        }
        let body = String::from_utf8_lossy(&self.buffer[head_end..head_end + length]).into_owned();
        self.buffer.drain(..head_end + length);
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Ok(Answer {
            status: status.ok_or_else(|| io::Error::other("an answer without a status"))?,
            head,
            body,
        })
    }

    async fn fill(&mut self) -> io::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

/// The value of a header, whose name is in lower case.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

pub fn get(path: &str, cookie: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: app\r\ncookie: {cookie}\r\n\r\n")
}

pub fn post(path: &str, cookie: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: app\r\ncookie: {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}
