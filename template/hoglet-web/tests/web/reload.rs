//! `/dev/reload`, which pages ask in development whether they are still up to date.

use reqwest::StatusCode;

use crate::support::{App, People, Person};

#[tokio::test]
async fn in_development_a_page_knows_its_version_and_asks_for_the_newest() {
    let app = App::with(&[("APP_ENV", "development")]).await;
    let browser = app.browser();
    let newest = browser.get("/dev/reload").await;
    assert_eq!(newest.status, StatusCode::OK);
    assert!(newest.cookies().is_empty());
    let page = browser.get("/bell").await.text();
    assert!(page.contains("/static/reload.js"));
    let newest = newest.json();
    let version = newest["version"].as_str().expect("text");
    assert!(page.contains(&format!("data-version=\"{version}\"")));
    assert_eq!(newest["build_error"], serde_json::Value::Null);
    assert!(app.events().await.is_empty());

    // As `hoglet dev` does when a flag is switched.
    std::fs::create_dir_all("data").expect("a writable folder");
    std::fs::write("data/reload", "").expect("a writable folder");
    let after = browser.get("/dev/reload").await.json();
    assert_ne!(after["version"], version);
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
