//! Paths from outside: the targets of redirects, and the requests that the proxy forwards to PostHog.

use axum::http::HeaderValue;
use hoglet_web::local_path::local_path;
use hoglet_web::posthog::proxy;
use proptest::prelude::*;
use reqwest::Url;

use crate::{config, settings};

/// Text that could be mistaken for another host.
fn tricky_path() -> impl Strategy<Value = String> {
    prop_oneof![
        r"/?[/\\\t\r\n\x00 .:@?#%;a\u{e9}\u{3000}\u{ff0f}-]{0,12}",
        "(/|//|/\\\\|%2f|%5c|/%09/|http:|https:|evil\\.example|\\.\\.|@|\t|\n){0,6}",
        ".*",
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_path_to_go_on_to_stays_in_the_app(next in tricky_path()) {
        if let Some(path) = local_path(&next) {
            let base = Url::parse("https://app.example/login").unwrap();
            let url = base.join(path);
            prop_assert!(url.is_ok(), "{path:?}");
            let url = url.unwrap();
            prop_assert_eq!(url.origin(), base.origin());
            // The path alone, which a script may use, does not lead to another host either.
            prop_assert_eq!(base.join(url.path()).unwrap().origin(), base.origin());
            prop_assert!(HeaderValue::from_str(path).is_ok());
        }
    }

    #[test]
    fn an_ordinary_path_is_one_to_go_on_to(path in "/([a-z0-9._~-]{1,8}/){0,3}([a-z0-9]{1,8}(\\?[a-z=&%0-9]{0,8})?)?") {
        prop_assert_eq!(local_path(&path), Some(path.as_str()));
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_proxy_reaches_posthogs_two_hosts_and_nothing_else(
        path in prop_oneof![
            tricky_path(),
            "(/relay)?(/|\\\\|\\.\\.|%2e|%2f|static|array|@|:|//|evil\\.example|\\?|#){0,8}",
            "/(static|array|e|array/phc_own|flags)(/|\\\\|\\.\\.|%2e%2e|%2f|/\\.\\./|array|phc_own|phc_other|config\\.js|\\?){0,8}",
        ],
        climbing in any::<bool>(),
    ) {
        let host = if climbing { "https://inside.example/posthog" } else { "https://eu.i.posthog.com" };
        let settings = settings(&[("POSTHOG_HOST", host), ("POSTHOG_API_KEY", "phc_own")]);
        for path in [path.clone(), format!("/relay{path}"), format!("/relay/{path}")] {
            let Some(url) = proxy::target(&settings.posthog, &path) else { continue };
            let (host, path) = (url.host_str().unwrap(), url.path());
            prop_assert_eq!(url.scheme(), "https");
            prop_assert_eq!(url.port(), None);
            prop_assert_eq!(url.username(), "");
            if climbing {
                prop_assert_eq!(host, "inside.example");
                prop_assert!(path.starts_with("/posthog/"), "{}", path);
            } else {
                prop_assert!(["eu.i.posthog.com", "eu-assets.i.posthog.com"].contains(&host), "{}", host);
            }
            // No way of decoding it can lead to the script of another project.
            prop_assert!(!path.contains('%'), "{}", path);
            prop_assert!(path.split('/').all(|segment| segment != ".."), "{}", path);
            if path.trim_start_matches("/posthog").starts_with("/array") {
                prop_assert!(path.contains("/array/phc_own/"), "{}", path);
            }
        }
    }
}

#[test]
fn a_path_of_more_than_two_thousand_bytes_is_not_local() {
    let longest = format!("/{}", "x".repeat(1999));
    assert_eq!(local_path(&longest), Some(&*longest));
    assert_eq!(local_path(&format!("{longest}x")), None);
}
