//! PostHog's Django example, under four gunicorn workers, with `DEBUG` off.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::column::Column;
use crate::load::{Connection, get, post, post_with};
use crate::posthog::PostHog;
use crate::scenario::CONNECTIONS;
use crate::support::cookies;
use crate::support::process::Process;

/// All users have the same password. It is hashed once, because Django's hash takes long.
const ADD_USERS: &str = "\
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
password = make_password('long-enough')
for index in range(USERS):
    User.objects.update_or_create(username=f'load-{index}', defaults={'password': password})
";

/// How long its SDK may keep events back.
const EVENTS_ARRIVE: Duration = Duration::from_secs(10);

pub async fn start(title: &'static str, folder: &Path, port: u16) -> Column {
    // It has a PostHog of its own, so that it is known whether its events arrive.
    let posthog = PostHog::start().await;
    let command = |program: &str| {
        let mut command = Command::new(folder.join(".venv/bin").join(program));
        command
            .current_dir(folder)
            .env("DEBUG", "False")
            .env("DJANGO_SECRET_KEY", "0123456789abcdef".repeat(4))
            .env("POSTHOG_PROJECT_TOKEN", "phc_benchmark")
            .env("POSTHOG_HOST", &posthog.address);
        command
    };
    for arguments in [&["migrate"][..], &["shell", "-c", &add_users()]] {
        let status = command("python").arg("manage.py").args(arguments).status();
        let status = status.expect("its virtual environment is in .venv");
        assert!(status.success(), "manage.py {arguments:?} failed");
    }
    let mut gunicorn = command("gunicorn");
    gunicorn.args(["-w", "4", "-b", &format!("127.0.0.1:{port}")]);
    gunicorn.arg("posthog_example.wsgi");
    let address = format!("http://127.0.0.1:{port}");
    let start = || Process::start_at(address, &mut gunicorn, folder);
    let mut column = Column::start(title, start).await;
    let mut connection = column.connect().await;
    for index in 0..CONNECTIONS {
        let session = log_in(&mut connection, index).await;
        column.requests.page.push(get("/profile/", &session));
        column.requests.post.push(consider(&session));
    }
    let deadline = Instant::now() + EVENTS_ARRIVE;
    while !posthog.was_asked() {
        assert!(Instant::now() < deadline, "Django sends no events");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    column
}

fn add_users() -> String {
    ADD_USERS.replace("USERS", &CONNECTIONS.to_string())
}

/// Logs a user in by the form of the start page, and returns the cookies of the session.
async fn log_in(connection: &mut Connection, index: usize) -> String {
    let page = connection.ask(&get("/", "")).await.expect("a page");
    let (_, token) = page
        .body
        .split_once("name=\"csrfmiddlewaretoken\" value=\"")
        .expect("a form with a CSRF token");
    let (token, _) = token.split_once('"').expect("the token's end");
    let form = format!("csrfmiddlewaretoken={token}&username=load-{index}&password=long-enough");
    let answer = connection
        .ask(&post("/", &cookies(&page.head), &form))
        .await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 302, "the log-in failed: {}", answer.body);
    cookies(&answer.head)
}

/// The request with one event, with the header that the example's script sends.
fn consider(session: &str) -> String {
    let mut cookies = session.split("; ");
    let token = cookies.find_map(|cookie| cookie.strip_prefix("csrftoken="));
    let token = token.expect("a log-in makes a new CSRF token");
    let header = format!("x-csrftoken: {token}\r\n");
    post_with("/api/burrito/consider/", session, &header, "")
}
