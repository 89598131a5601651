//! A connection to a server, kept alive if the server allows it.
//!
//! It does as little as possible, because it uses the same cores as the server that it measures.

use std::io;

use httparse::{EMPTY_HEADER, Response, Status};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than any answer has, so that one read gets the whole answer.
const BUFFER: usize = 16 * 1024;
const MOST_HEADERS: usize = 48;

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// The positions where an answer ends in the buffer, and what the load generator must know of its head.
struct Received {
    status: u16,
    head: usize,
    all: usize,
    closes: bool,
}

pub struct Connection {
    address: String,
    stream: TcpStream,
    buffer: Vec<u8>,
    /// The server closes the connection after its last answer.
    closed: bool,
}

impl Connection {
    pub async fn open(address: &str) -> io::Result<Self> {
        let address = address.trim_start_matches("http://").to_owned();
        Ok(Self {
            stream: connect(&address).await?,
            address,
            buffer: Vec::with_capacity(BUFFER),
            closed: false,
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
        if self.closed {
            self.stream = connect(&self.address).await?;
        }
        self.stream.write_all(request.as_bytes()).await?;
        loop {
            self.fill().await?;
            if let Some(received) = parse(&self.buffer)? {
                while self.buffer.len() < received.all {
                    self.fill().await?;
                }
                self.closed = received.closes;
                return Ok(received);
            }
        }
    }

    async fn fill(&mut self) -> io::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

async fn connect(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// `None` while a part of the head is missing.
fn parse(buffer: &[u8]) -> io::Result<Option<Received>> {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut answer = Response::new(&mut headers);
    let Status::Complete(head) = answer.parse(buffer).map_err(io::Error::other)? else {
        return Ok(None);
    };
    let header = |name: &str| {
        let mut headers = answer.headers.iter();
        let header = headers.find(|header| header.name.eq_ignore_ascii_case(name))?;
        str::from_utf8(header.value).ok()
    };
    let length = header("content-length").and_then(|length| length.parse::<usize>().ok());
    Ok(Some(Received {
        status: answer.code.expect("a whole head has a status"),
        head,
        all: head + length.unwrap_or(0),
        closes: header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")),
    }))
}

pub fn get(path: &str, cookies: &str) -> String {
    format!("GET {path} HTTP/1.1\r\n{}\r\n", common_headers(cookies))
}

pub fn post(path: &str, cookies: &str, body: &str) -> String {
    post_with(path, cookies, "", body)
}

/// `headers` has the further headers, each with `\r\n` at its end.
pub fn post_with(path: &str, cookies: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\n{}content-type: application/x-www-form-urlencoded\r\n{headers}\
         content-length: {}\r\n\r\n{body}",
        common_headers(cookies),
        body.len(),
    )
}

fn common_headers(cookies: &str) -> String {
    if cookies.is_empty() {
        return "host: 127.0.0.1\r\n".to_owned();
    }
    format!("host: 127.0.0.1\r\ncookie: {cookies}\r\n")
}
