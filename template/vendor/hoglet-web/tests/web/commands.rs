//! The commands, each in its own process and folder.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use hoglet_web::settings::secret_key::new_secret_key;
use hoglet_web::testing::Recorder;

use crate::club::program::BINARY;

/// Runs a command to its end, with only these variables in its environment.
fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(BINARY.path)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

/// The command's whole output, including the lines of the test around it.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[cfg(feature = "sqlite")]
#[test]
fn a_command_that_only_reads_does_not_create_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let key = new_secret_key();
    let variables = [
        ("SECRET_KEY", &*key),
        ("DATABASE_URL", "sqlite://data/app.sqlite?mode=rwc"),
    ];
    for arguments in [&["doctor"][..], &["migrate", "status"]] {
        let output = run(folder.path(), arguments, &variables);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(!folder.path().join("data").exists(), "{arguments:?}");
    }
    let output = run(folder.path(), &["migrate"], &variables);
    assert!(output.status.success(), "{output:?}");
    let output = run(folder.path(), &["migrate", "status"], &variables);
    assert!(said(&output).contains("\nall migrations are applied\n"));
}

#[cfg(feature = "sqlite")]
#[test]
fn the_newest_migration_is_taken_back_and_named_as_pending() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["migrate"], &[]);
    let output = run(folder.path(), &["migrate", "down"], &[]);
    assert!(output.status.success(), "{output:?}");
    let output = run(folder.path(), &["migrate", "status"], &[]);
    assert!(said(&output).contains("pending: m20261122_100000_create_tokens"));
    let output = run(folder.path(), &["migrate", "up"], &[]);
    assert!(said(&output).contains("all migrations are applied"));
}

#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_what_works_and_what_to_do_about_the_rest() {
    let posthog = Recorder::start().await;
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["migrate"], &[]);
    let token = ("POSTHOG_PROJECT_TOKEN", "phc_test");
    let host = ("POSTHOG_HOST", &*posthog.url);
    let output = run(folder.path(), &["doctor"], &[token, host]);
    assert!(output.status.success(), "{output:?}");
    for line in [
        "ok    settings    development, http://127.0.0.1:8000",
        "ok    database    reachable",
        "ok    migrations  all applied",
        &format!("ok    posthog     {} knows the token", posthog.url),
        "ok    mail        kept, and shown at /dev/mail",
    ] {
        assert!(said(&output).contains(line), "{line}: {output:?}");
    }

    run(folder.path(), &["migrate", "down"], &[]);
    let output = run(folder.path(), &["doctor"], &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said(&output).contains("FAIL  migrations  pending: "));
    assert!(said(&output).contains("run `chess-club migrate`"));
    assert!(said(&output).contains("ok    posthog     off: set POSTHOG_PROJECT_TOKEN"));

    let nowhere = ("POSTHOG_HOST", "http://127.0.0.1:9");
    let output = run(folder.path(), &["doctor"], &[token, nowhere]);
    assert!(said(&output).contains("FAIL  posthog     http://127.0.0.1:9 cannot be reached"));

    let nobody = ("SMTP_URL", "smtp://127.0.0.1:9");
    let output = run(folder.path(), &["doctor"], &[nobody]);
    assert!(said(&output).contains("FAIL  mail        127.0.0.1:9: no connection: "));
}

#[test]
fn a_secret_key_is_made_where_the_file_has_none_and_only_there() {
    let key = format!("SECRET_KEY={}\n", new_secret_key());
    for (before, made) in [
        ("", true),
        ("SECRET_KEY= # later\n", true),
        ("export SECRET_KEY=\"\"", true),
        ("# SECRET_KEY=\nPORT=1", true),
        (&*key, false),
        ("APP_ENV=production\n", false),
        ("not a line\n", false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        std::fs::write(&file, before).unwrap();
        run(folder.path(), &["migrate", "status"], &[]);
        let after = std::fs::read_to_string(&file).unwrap();
        assert!(after.starts_with(before), "{before}");
        assert_eq!(after.len() > before.len(), made, "{before}");
        let again = run(folder.path(), &["migrate", "status"], &[]);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), after);
        let said = complained(&again);
        assert!(!said.contains("SECRET_KEY: must be"), "{before}: {said}");
    }
}

#[test]
fn the_env_file_is_read_in_development_and_real_variables_win() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!(
        "APP_NAME=\"From the file\"\nSECRET_KEY={}\n",
        new_secret_key()
    );
    std::fs::write(folder.path().join(".env"), file).unwrap();
    let greeted = |variables: &[(&str, &str)]| said(&run(folder.path(), &["greet"], variables));

    assert!(greeted(&[]).contains("hello from From the file\n"));
    let real = [("APP_NAME", "Real")];
    assert!(greeted(&real).contains("hello from Real\n"));
    let key = new_secret_key();
    let production = [("APP_ENV", "production"), ("SECRET_KEY", &*key)];
    assert!(greeted(&production).contains("hello from Chess Club\n"));
}

#[test]
fn the_routes_are_listed_hoglets_among_them() {
    let folder = tempfile::tempdir().unwrap();
    // The command works with invalid settings too.
    let output = run(folder.path(), &["routes"], &[("PORT", "x")]);
    assert!(output.status.success(), "{output:?}");
    for line in [
        "GET        /",
        "GET, POST  /login",
        "POST       /api/bell",
        "GET        /livez",
        "GET        /static/{*path}",
        "ANY        {POSTHOG_PROXY_PATH}/{*path}",
    ] {
        let listed = said(&output).lines().any(|listed| listed == line);
        assert!(listed, "{line}: {}", said(&output));
    }
}

#[test]
fn the_layers_are_listed_in_order_whatever_the_settings_are() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["layers"], &[("PORT", "x")]);
    assert!(output.status.success(), "{output:?}");
    let listed = said(&output);
    assert!(listed.contains(LAYERS), "{listed}");
}

const LAYERS: &str = "\
describe                Gives the request its id, finds the client's address, drops a trailing slash.
(outermost)             Place for the app's layers: every request, those for assets too.
log_request             Writes one line to the log; lines from inside carry the request's fields.
security_headers        Adds the security headers, refuses other hosts, sends http to https.
error_pages             Renders errors that arise outside of pages.
capture_errors          Captures these errors.
catch_panics            Answers a panic with an error, so that the connection stays open.
cross_site              Refuses forms and calls that another site makes a browser send (CSRF).
api_only                Lets the front ends of ALLOWED_ORIGINS change nothing outside of /api/.
(around_pages)          Place for the app's layers: pages and the API only, no session yet.
timeout                 Answers 503 when a page takes longer than REQUEST_TIMEOUT_SECONDS.
compression             Compresses pages for clients that take gzip.
cross_origin            Lets the front ends of ALLOWED_ORIGINS call /api/ (CORS).
drop_disguised_cookies  Drops cookies that another host may have set under the names of ours.
cookies                 Reads cookies, and sends those that were changed.
sessions                Loads the session with its user, and stores what was changed.
identify                Determines the request's distinct id, and the properties of its events.
just_captured           Lists in pages the events that were just captured, in development only.
error_pages             Renders errors as pages, with the user's name and navigation.
capture_errors          Captures errors for the request's person.
context                 Gives the request's properties to everything that PostHog's SDK captures.
catch_panics            Turns a panic into an error while the person is still known.
readable_session        Answers with an error when the session could not be read.
body_limit              Refuses bodies that are larger than the app allows.
buffer_body             Reads the whole body first, so that a slow client keeps no handler waiting.
(innermost)             Place for the app's layers: session, user, PostHog and body are there.
";

#[test]
fn bad_usage_and_bad_settings_exit_with_2_and_name_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["dance"], &[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(complained(&output).contains("Usage: chess-club"));

    let bad = [("PORT", "x"), ("CLUB_MOTTO", "checkers for all")];
    for arguments in [&[][..], &["migrate"], &["doctor"], &["greet"]] {
        let output = run(folder.path(), arguments, &bad);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let said = complained(&output);
        assert!(said.contains("PORT: "), "{said}");
        assert!(said.contains("CLUB_MOTTO: is about another game"), "{said}");
    }
    let output = run(folder.path(), &["--version"], &[]);
    assert!(output.status.success(), "{output:?}");
    assert!(said(&output).contains(concat!("chess-club ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_line_of_the_env_file_that_is_none_is_told_without_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    for line in [
        "POSTHOG_SECRET_KEY='phx_hunter2' and more\n",
        "POSTHOG_SECRET_KEY phx_hunter2\n",
        "phx_hunter2\n",
        "POSTHOG_SECRET_KEY='phx_hunter2\n",
    ] {
        let text = format!("PORT=8001\n# A key\n{line}");
        std::fs::write(folder.path().join(".env"), text).unwrap();
        let output = run(folder.path(), &["migrate"], &[]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let said = complained(&output);
        assert!(said.contains(".env: line 3 is not NAME=value"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_port_that_is_taken_and_a_database_that_is_not_there_are_said_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(folder.path(), &[], &[("PORT", &port)]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = complained(&output);
    assert!(
        said.contains("set HOST and PORT to an address that is free"),
        "{said}"
    );
    if cfg!(target_os = "linux") {
        let owner = format!(", by process {} (", std::process::id());
        assert!(said.contains(&owner), "{said}");
    }

    if cfg!(feature = "sqlite") {
        let nowhere = [("DATABASE_URL", "sqlite:///proc/nowhere/app.sqlite")];
        let output = run(folder.path(), &["migrate"], &nowhere);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = complained(&output);
        assert!(
            said.contains("cannot open the database of DATABASE_URL"),
            "{said}"
        );
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn the_folder_that_is_created_is_the_one_of_the_file_that_is_opened() {
    for (url, file) in [
        (
            "sqlite://my%20data/app.sqlite?mode=rwc",
            "my data/app.sqlite",
        ),
        ("sqlite:my data/app.sqlite?mode=rwc", "my data/app.sqlite"),
        ("sqlite:50%25%3F/app%23.sqlite?mode=rwc", "50%?/app#.sqlite"),
        ("sqlite:mode=rwc/app.sqlite?mode=rwc", "mode=rwc/app.sqlite"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let variables = [("DATABASE_URL", url)];
        let output = run(folder.path(), &["migrate", "status"], &variables);
        assert_eq!(output.status.code(), Some(1), "{url}: {output:?}");
        assert!(!folder.path().join(file).exists(), "{url}");

        let output = run(folder.path(), &["migrate"], &variables);
        assert!(output.status.success(), "{url}: {output:?}");
        assert!(folder.path().join(file).is_file(), "{url}");
        let output = run(folder.path(), &["doctor"], &variables);
        assert!(
            said(&output).contains("ok    migrations  all applied"),
            "{url}: {output:?}"
        );
        let folders = std::fs::read_dir(folder.path()).unwrap().flatten();
        let folders = folders.filter(|entry| entry.path().is_dir()).count();
        assert_eq!(folders, 1, "{url}: nothing else is made");
    }
}

#[test]
fn the_env_file_is_taken_literally_whatever_editor_wrote_it() {
    let folder = tempfile::tempdir().unwrap();
    for (line, name) in [
        ("APP_NAME=pa$word", "pa$word"),
        ("APP_NAME=\"${HOME} & Co\"", "${HOME} & Co"),
        ("APP_NAME='$PATH'", "$PATH"),
        ("\u{feff}APP_NAME=Marked\r", "Marked"),
    ] {
        let text = format!("{line}\nSECRET_KEY={}\n", new_secret_key());
        std::fs::write(folder.path().join(".env"), text).unwrap();
        let output = run(folder.path(), &["greet"], &[("HOME", "/root")]);
        assert!(
            said(&output).contains(&format!("hello from {name}\n")),
            "{line}: {output:?}"
        );
    }
    std::fs::write(folder.path().join(".env"), b"\xff\xfeA\0=\0").unwrap();
    let output = run(folder.path(), &["greet"], &[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(complained(&output).contains(".env: is not UTF-8 text"));
}

#[cfg(unix)]
#[test]
fn variables_that_are_no_text_are_reported_with_all_others() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "APP_NAME=Club\n").unwrap();
    let latin1 = OsStr::from_bytes(b"caf\xe9");
    let output = Command::new(BINARY.path)
        .arg("greet")
        .current_dir(folder.path())
        .env_clear()
        .env("APP_NAME", latin1)
        .env("APP_ENV", latin1)
        .env("PORT", "x")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = complained(&output);
    for line in ["APP_NAME: is not UTF-8", "APP_ENV: is not UTF-8", "PORT: "] {
        assert!(said.contains(line), "{said}");
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn a_log_without_a_reader_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["pretty", "json"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = Command::new(BINARY.path)
            .arg("migrate")
            .current_dir(folder.path())
            .env_clear()
            .env("RUST_LOG", "debug")
            .env("LOG_FORMAT", format)
            .stdout(Stdio::null())
            .stderr(writer)
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(0), "{format}");
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn a_bad_filter_of_the_log_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["migrate"], &[("RUST_LOG", "info,=[")]);
    assert!(output.status.success(), "{output:?}");
    assert!(
        complained(&output).contains("RUST_LOG is not a filter"),
        "{output:?}"
    );
}

#[test]
fn a_proxy_that_fails_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(
        folder.path(),
        &["doctor"],
        &[
            ("POSTHOG_PROJECT_TOKEN", "phc_test"),
            ("POSTHOG_HOST", "http://posthog.example"),
            ("http_proxy", "http://ann:hunter2@127.0.0.1:9"),
        ],
    );
    let said = said(&output);
    assert!(
        said.contains("through the proxy http://127.0.0.1:9 ("),
        "{said}"
    );
    assert!(!said.contains("hunter2"), "{said}");
}
