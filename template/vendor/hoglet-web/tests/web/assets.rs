//! `/static/…`

use reqwest::{Method, StatusCode};

use crate::support::{App, People};

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

    let known = [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"other\", W/{tag}"),
        format!("\"other\",{tag} , \"last\""),
        "*".to_owned(),
        " * ".to_owned(),
    ];
    for known in known {
        let again = browser
            .get_with("/static/app.css", &[("if-none-match", &known)])
            .await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        assert!(again.body.is_empty());
        assert_eq!(again.header("etag"), tag);
    }
    let none = browser.get_with("/static/nowhere", &[("if-none-match", "*")]);
    assert_eq!(none.await.status, StatusCode::NOT_FOUND);
    let bare = tag.trim_matches('"');
    for unknown in [
        bare.to_owned(),
        format!("w/{tag}"),
        format!("W/W/{tag}"),
        "\"*\"".to_owned(),
    ] {
        let again = browser
            .get_with("/static/app.css", &[("if-none-match", &unknown)])
            .await;
        assert_eq!(again.status, StatusCode::OK, "{unknown}");
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
async fn assets_are_compressed_for_clients_that_accept_it() {
    let app = App::start().await;
    let browser = app.browser();
    let plain = browser.get("/static/app.css").await;
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.header("vary"), "accept-encoding");

    let gzip = [("accept-encoding", "gzip, br")];
    let compressed = browser.get_with("/static/app.css", &gzip).await;
    assert_eq!(compressed.header("content-encoding"), "gzip");
    assert_eq!(compressed.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(compressed.header("vary"), "accept-encoding");
    assert_eq!(
        compressed.header("content-length"),
        compressed.body.len().to_string()
    );
    assert!(compressed.body.len() * 2 < plain.body.len());
    assert_eq!(compressed.unzipped(), plain.text());

    // Each encoding has its own entity tag.
    let (plain_tag, tag) = (plain.header("etag"), compressed.header("etag"));
    assert_ne!(tag, plain_tag);
    let known = [gzip[0], ("if-none-match", tag)];
    let again = browser.get_with("/static/app.css", &known).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(again.header("vary"), "accept-encoding");
    let other = [gzip[0], ("if-none-match", plain_tag)];
    let changed = browser.get_with("/static/app.css", &other).await;
    assert_eq!(changed.status, StatusCode::OK);

    let refused = [("accept-encoding", "gzip;q=0")];
    let refused = browser.get_with("/static/app.css", &refused).await;
    assert_eq!(refused.header("content-encoding"), "");

    let head = browser.request(Method::HEAD, "/static/app.css");
    let head = browser.send(head.header("accept-encoding", "gzip")).await;
    for name in ["content-encoding", "content-length", "etag"] {
        assert_eq!(head.header(name), compressed.header(name), "{name}");
    }
}

#[tokio::test]
async fn pages_are_compressed_for_clients_that_accept_it() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let gzip = [("accept-encoding", "gzip, deflate, br, zstd")];
    for path in ["/card", "/lounge", "/bell", "/nowhere"] {
        let plain = ann.get(path).await;
        assert_eq!(plain.header("content-encoding"), "", "{path}");
        assert_eq!(plain.header("content-length"), plain.body.len().to_string());
        let page = ann.get_with(path, &gzip).await;
        assert_eq!(page.status, plain.status, "{path}");
        assert_eq!(page.header("content-encoding"), "gzip", "{path}");
        assert_eq!(page.header("vary"), "accept-encoding", "{path}");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert!(page.body.len() * 3 < plain.body.len() * 2, "{path}");
        assert!(page.unzipped().ends_with("</html>"), "{path}");
        // A `HEAD` request must not get the length of the uncompressed page.
        let head = ann.request(Method::HEAD, path);
        let head = ann.send(head.header("accept-encoding", "gzip")).await;
        assert_eq!(head.header("content-encoding"), "gzip", "{path}");
        assert_eq!(head.header("content-length"), "", "{path}");
    }
    // A client that accepts no encoding still gets the page, uncompressed.
    for asked in ["identity;q=0", "br, *;q=0", "gzip;q=0"] {
        let refuses = [("accept-encoding", asked)];
        let page = ann.get_with("/card", &refuses).await;
        assert_eq!(page.status, StatusCode::OK, "{asked}");
        assert_eq!(page.header("content-encoding"), "", "{asked}");
    }
    // These answers are too short to be worth compressing.
    for path in ["/livez", "/readyz", "/api/nowhere"] {
        let answer = ann.get_with(path, &gzip).await;
        assert_eq!(answer.header("content-encoding"), "", "{path}");
    }
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
