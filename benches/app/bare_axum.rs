//! A route of axum and nothing else: it answers with the app's own page and headers, as constants.
//!
//! This program starts itself a second time to serve it, so that memory and CPU time are counted separately.

use std::env;
use std::fs;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::get;
use tokio::net::TcpListener;

use crate::column::Column;
use crate::support::process::Process;

const SERVE: &str = "serve-constant";

/// Starts the server. It gets the same request as the app: the cookies are the app's.
pub async fn start(title: &'static str, ours: &Column) -> Column {
    let folder = tempfile::tempdir().expect("a temporary folder").keep();
    let file = folder.join("answer");
    let answer = format!("{}{}", ours.page.head, ours.page.body);
    fs::write(&file, answer).expect("a writable folder");
    let program = env::current_exe().expect("this program is a file");
    let mut command = Command::new(program);
    command.arg(SERVE).arg(file);
    let mut column = Column::start(title, || Process::start(&mut command, &folder)).await;
    column.requests.home.clone_from(&ours.requests.home);
    column
}

/// Serves an answer until the process is killed, if this process was started for that.
pub fn serve_if_asked() -> Option<ExitCode> {
    let mut arguments = env::args().skip(1);
    if arguments.next()? != SERVE {
        return None;
    }
    let file = arguments.next().expect("the file with the answer");
    let answer = fs::read_to_string(file).expect("the answer is text");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(serve(&answer));
    Some(ExitCode::SUCCESS)
}

async fn serve(answer: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let headers: Arc<HeaderMap> = Arc::new(headers(head));
    let body = Bytes::copy_from_slice(body.as_bytes());
    let route = get(async move || (HeaderMap::clone(&headers), body.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    eprintln!("listening on http://{address}");
    axum::serve(listener, Router::new().route("/", route))
        .await
        .expect("it serves");
}

/// The headers of an answer, without those that hyper adds to each one.
fn headers(head: &str) -> HeaderMap {
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    headers
        .filter(|(name, _)| !["content-length", "date"].contains(name))
        .map(|(name, value)| {
            let name: HeaderName = name.parse().expect("a header's name");
            let value: HeaderValue = value.parse().expect("a header's value");
            (name, value)
        })
        .collect()
}
