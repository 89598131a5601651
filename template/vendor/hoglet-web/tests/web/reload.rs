//! `/dev/reload`, which tells open pages in development whether they are up to date.

use std::time::Duration;

use hoglet_web::settings::secret_key::new_secret_key;
use reqwest::StatusCode;

use crate::support::App;

#[cfg(unix)]
#[tokio::test]
async fn in_development_a_page_knows_its_version_and_asks_for_the_newest() {
    use hoglet_web::testing::Process;

    use crate::club::program::{BINARY, FOLDER};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let variables = [("APP_ENV", "development"), (FOLDER, path)];
    let process = Process::start(*BINARY, &variables).await;
    let browser = process.browser();
    let newest = browser.get("/dev/reload").await;
    assert_eq!(newest.status, StatusCode::OK);
    assert!(newest.cookies().is_empty());
    let page = browser.get("/bell").await.text();
    assert!(page.contains("/static/reload.js"));
    let newest = newest.json();
    let version = newest["version"].as_str().expect("text");
    assert!(page.contains(&format!("data-version=\"{version}\"")));
    assert_eq!(newest["build_error"], serde_json::Value::Null);
    assert!(process.posthog.events().is_empty());

    // `hoglet dev` does this when a flag is switched.
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/reload"), "").unwrap();
    let after = browser.get("/dev/reload").await.json();
    assert_ne!(after["version"], version);
}

#[cfg(unix)]
#[tokio::test]
async fn in_development_a_page_learns_why_the_newest_build_failed() {
    use hoglet_web::testing::Process;

    use crate::club::program::BINARY;

    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let variables = [("APP_ENV", "development"), ("HOGLET_BUILD_ERROR", path)];
    let process = Process::start(*BINARY, &variables).await;
    let build_error =
        async || process.browser().get("/dev/reload").await.json()["build_error"].clone();
    assert_eq!(build_error().await, serde_json::Value::Null);
    std::fs::write(file.path(), "a semicolon is missing").unwrap();
    assert_eq!(build_error().await, "a semicolon is missing");
}

#[cfg(unix)]
#[tokio::test]
async fn an_open_page_learns_what_a_change_concerns() {
    use hoglet_web::testing::Process;

    use crate::club::program::{BINARY, FOLDER};

    let folder = tempfile::tempdir().unwrap();
    for folder_of_files in ["static", "templates"] {
        std::fs::create_dir(folder.path().join(folder_of_files)).unwrap();
    }
    let path = folder.path().to_str().unwrap();
    let variables = [("APP_ENV", "development"), (FOLDER, path)];
    let process = Process::start(*BINARY, &variables).await;
    let browser = process.browser();
    let mut seen = parts(&browser.get("/dev/reload").await.json());
    // Each file, and the number of the part of the version that it changes.
    for (file, changed) in [
        ("static/app.css", 1),
        ("static/app.css", 1),
        ("static/logo.svg", 0),
        ("templates/home.html", 0),
    ] {
        let path = format!("/dev/reload?seen={}", seen.join("."));
        let change = async {
            // By then the page waits. An editor's own file is not a change.
            for name in ["static/.app.css.swp", file] {
                tokio::time::sleep(Duration::from_millis(150)).await;
                let file = folder.path().join(name);
                std::fs::write(file, format!("{seen:?}")).unwrap();
            }
        };
        let (answer, ()) = tokio::join!(browser.get(&path), change);
        let newest = parts(&answer.json());
        let expected: Vec<bool> = (0..3).map(|part| part == changed).collect();
        let differ: Vec<bool> = (0..3).map(|part| newest[part] != seen[part]).collect();
        assert_eq!(differ, expected, "{file}: {seen:?}, {newest:?}");
        seen = newest;
    }
}

/// The versions of the pages, the styles and the build error.
#[cfg(unix)]
fn parts(state: &serde_json::Value) -> Vec<String> {
    let version = state["version"].as_str().expect("text");
    version.split('.').map(str::to_owned).collect()
}

#[cfg(unix)]
#[tokio::test]
async fn an_app_that_ends_does_not_wait_for_open_pages() {
    use hoglet_web::testing::{Process, Signal};

    use crate::club::program::BINARY;

    let mut process = Process::start(*BINARY, &[("APP_ENV", "development")]).await;
    let browser = process.browser();
    let now = browser.get("/dev/reload").await.json();
    let path = format!("/dev/reload?seen={}", parts(&now).join("."));
    let open_page = tokio::spawn(async move { browser.get(&path).await.json() });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!open_page.is_finished(), "it waits");
    let ended = process.end(Signal::Terminate).await;
    // A page would wait for five seconds.
    assert!(ended.after < Duration::from_secs(2), "{:?}", ended.after);
    assert_eq!(open_page.await.unwrap()["version"], now["version"]);
}

#[tokio::test]
async fn elsewhere_there_is_no_such_thing() {
    let secret_key = new_secret_key();
    for environment in ["test", "production"] {
        let variables = [("APP_ENV", environment), ("SECRET_KEY", &secret_key)];
        let app = App::with(&variables).await;
        let browser = app.browser();
        let asked = browser.get("/dev/reload").await;
        assert_eq!(asked.status, StatusCode::NOT_FOUND, "{environment}");
        let page = browser.get("/bell").await.text();
        assert!(!page.contains("reload.js"), "{environment}");
    }
}
