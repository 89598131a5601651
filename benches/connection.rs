//! A kept-alive connection to the app.
//!
//! It implements a minimum of HTTP/1.1 to be cheap, because its own cost is missing from the app that it measures.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// The positions where an answer ends in the buffer.
struct Received {
    status: u16,
    head: usize,
    all: usize,
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
        let received = self.exchange(request).await?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let answer = Answer {
            status: received.status,
            head: text(&self.buffer[..received.head]),
            body: text(&self.buffer[received.head..received.all]),
        };
        self.buffer.drain(..received.all);
        Ok(answer)
    }

    /// Sends a request and returns only the status, which copies nothing.
    pub async fn status(&mut self, request: &str) -> io::Result<u16> {
        let received = self.exchange(request).await?;
        self.buffer.drain(..received.all);
        Ok(received.status)
    }

    /// Sends a request and leaves the whole answer in the buffer.
    async fn exchange(&mut self, request: &str) -> io::Result<Received> {
        self.stream.write_all(request.as_bytes()).await?;
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.fill().await?;
        };
        let text = str::from_utf8(&self.buffer[..head]).map_err(io::Error::other)?;
        let status = text
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .ok_or_else(|| io::Error::other("an answer without a status"))?;
        let length = header(text, "content-length")
            .and_then(|length| length.parse::<usize>().ok())
            .unwrap_or(0);
        while self.buffer.len() < head + length {
            self.fill().await?;
        }
        Ok(Received {
            status,
            head,
            all: head + length,
        })
    }

    async fn fill(&mut self) -> io::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

/// The value of a header. `name` is in lower case.
fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

pub fn get(path: &str, cookie: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookie}\r\n\r\n")
}

pub fn post(path: &str, cookie: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}
