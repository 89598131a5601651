//! `/static/…`

use reqwest::StatusCode;

use crate::support::App;

#[tokio::test]
async fn pages_name_assets_by_their_content_and_browsers_keep_them() {
    let app = App::start().await;
    let browser = app.browser();
    let page = browser.get("/").await.text();
    let addresses: Vec<_> = page
        .split('"')
        .filter(|part| part.starts_with("/static/"))
        .collect();
    assert!(addresses.len() >= 4, "{addresses:?}");
    for address in addresses {
        let asset = app.browser().get(address).await;
        assert_eq!(asset.status, StatusCode::OK, "{address}");
        assert_eq!(
            asset.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert!(asset.cookies().is_empty(), "assets set no cookies");
    }
}

#[tokio::test]
async fn an_asset_that_is_known_is_not_sent_again() {
    let app = App::start().await;
    let browser = app.browser();
    let asset = browser.get("/static/app.css").await;
    assert_eq!(asset.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(asset.header("cache-control"), "no-cache");
    let tag = asset.header("etag").to_owned();

    for known in [tag.clone(), format!("\"other\", W/{tag}")] {
        let again = browser
            .get_with("/static/app.css", &[("if-none-match", &known)])
            .await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        assert!(again.body.is_empty());
        assert_eq!(again.header("etag"), tag);
    }
    let changed = browser
        .get_with("/static/app.css?v=old", &[("if-none-match", "\"old\"")])
        .await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!(
        changed.header("cache-control"),
        "no-cache",
        "an old address must not pin new content"
    );
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let app = App::start().await;
    for path in [
        "/static/nowhere.css",
        "/static/",
        "/static/%2e%2e/Cargo.toml",
        "/static/..%2fCargo.toml",
        "/static/..%5cCargo.toml",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/app.css%00",
        "/static/%ff",
    ] {
        let answer = app.browser().get(path).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        assert!(!answer.text().contains("[package]"));
    }
}
