//! `/dev/reload`, which tells open pages in development whether they are up to date.

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
