//! URLs as PostHog may see them.

use axum::body::Body;
use axum::http::Request;
use hoglet_web::posthog::{RequestDetails, context, urls};
use posthog_rs::Event;
use proptest::prelude::*;
use serde_json::Map;

use crate::{WEB, a_visitor, config};

/// The name of a secret parameter, with some of its letters in upper case or percent-encoded.
fn secret_name() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "token",
        "access_token",
        "id-token",
        "csrfToken",
        "code",
        "auth_code",
        "otp.code",
        "password",
        "user[password]",
        "passwordConfirmation",
        "key",
        "api_key",
        "apikey",
        "key[0]",
        "secret",
        "client_secret",
        "signature",
        "X-Amz-Signature",
    ]);
    (names, any::<u32>(), any::<u32>()).prop_map(|(name, encoded, upper)| {
        let letters = name.bytes().enumerate().map(|(place, byte)| {
            let byte = if upper >> place & 1 == 1 {
                byte.to_ascii_uppercase()
            } else {
                byte
            };
            if encoded >> place & 1 == 1 {
                format!("%{byte:02x}")
            } else {
                char::from(byte).into()
            }
        });
        letters.collect()
    })
}

/// One parameter as it is sent, and as PostHog may see it.
fn parameter() -> impl Strategy<Value = (String, String)> {
    let harmless = "(q|utm_source|keyword|codec|page|%71|a%20b|[a-d]{0,3})(=([A-Za-c0-9/:+._~-]|%20|%C3%A9|%2){0,12})?"
        .prop_map(|parameter: String| (parameter.clone(), parameter));
    let secret = (
        secret_name(),
        "[ -%'-~\u{e9}]{0,8}".prop_map(|noise| noise.replace('#', "")),
    )
        .prop_map(|(name, noise)| {
            (
                format!("{name}={noise}hunter2{noise}"),
                format!("{name}=redacted"),
            )
        });
    prop_oneof![harmless, secret]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_address_keeps_all_but_the_values_of_secrets(
        path in "(https://app\\.example)?/[a-z;=%&]{0,12}",
        query in prop::collection::vec(parameter(), 0..6),
        fragment in prop::collection::vec(parameter(), 0..3),
    ) {
        let join = |side: fn(&(String, String)) -> &String| {
            let pairs = |part: &[(String, String)]| part.iter().map(|pair| side(pair).as_str()).collect::<Vec<_>>().join("&");
            format!("{path}?{}#{}", pairs(&query), pairs(&fragment))
        };
        let (sent, told) = (join(|pair| &pair.0), join(|pair| &pair.1));
        prop_assert_eq!(urls::without_secrets(&sent), told.as_str());
        prop_assert!(!told.contains("hunter2"));
    }

    #[test]
    fn an_address_in_an_address_tells_no_secret_either(name in secret_name(), depth in 0..4) {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let mut url = format!("/reset?{name}=hunter2&a=1");
        for _ in 0..depth {
            url = format!("/login?next={}", encode(&url));
        }
        prop_assert!(!urls::without_secrets(&url).contains("hunter2"), "{url}");
    }

    #[test]
    fn any_address_is_bounded_and_its_secrets_are_gone(
        url in prop_oneof![any::<String>(), "[?&;#=%+a-f0-9]{0,40}", "(token|=|%3D|%253d|\\?|%3f|&|#|\u{e9}){0,600}"],
    ) {
        let safe = urls::safe(&url);
        prop_assert!(safe.chars().count() <= urls::MAX_CHARACTERS);
        prop_assert_eq!(urls::without_secrets(&safe), safe.as_str());
    }

    #[test]
    fn the_address_in_an_event_is_cut_to_a_limit(
        path in "/[!-~\u{e9}]{0,30}",
        query in "(\\?[!-~]{0,30})?",
        repeated in 1..500usize,
    ) {
        let path = path.repeat(repeated);
        let request = Request::new(Body::empty());
        let details = RequestDetails {
            path: &path,
            path_and_query: &format!("{path}{}", query.repeat(repeated)),
            origin: &WEB.settings.app_url(),
            ..RequestDetails::of(&request)
        };
        let context = context::of_request(&a_visitor(), &details, Map::new());
        let mut event = Event::new("", "");
        context.apply_to_event(&mut event);
        for name in ["$current_url", "$pathname", "$request_path"] {
            prop_assert!(event.properties()[name].as_str().unwrap().chars().count() <= 2000, "{name}");
        }
    }
}
