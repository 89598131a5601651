//! Claims of clients in headers and in cookies of posthog-js.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use hoglet_web::posthog::headers;
use proptest::prelude::*;
use uuid::Uuid;

use crate::config;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_tracing_header_is_short_clean_and_stays_as_it_is(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..80),
            "[ \t\u{80}-\u{a0}a\u{e9}\u{2028}\u{3000}]{0,40}".prop_map(String::into_bytes),
            "[ a-z\u{85}\u{4e00}]{990,1010}".prop_map(String::into_bytes),
        ],
    ) {
        let clean = |bytes: &[u8]| {
            let mut sent = HeaderMap::new();
            sent.insert("x", HeaderValue::from_bytes(bytes).ok()?);
            headers::read(&sent, "x")
        };
        if let Some(id) = clean(&bytes) {
            prop_assert!(!id.is_empty());
            prop_assert!(id.chars().count() <= 1000);
            prop_assert!(!id.chars().any(char::is_control), "{id:?}");
            prop_assert_eq!(id.trim(), &id);
            prop_assert_eq!(clean(id.as_bytes()), Some(id));
        }
    }

    #[test]
    fn any_cookie_of_posthog_js_names_a_session_or_none(
        stored in prop_oneof![
            any::<String>(),
            r#"\{"\$sesid":\[?(-?[0-9]{0,20}|null|"a"),("[0-9a-f-]{0,36}"|null|7)?\]?\}?"#,
        ],
        encoded in any::<bool>(),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let stored = if encoded {
            form_urlencoded::byte_serialize(stored.as_bytes()).collect()
        } else {
            stored
        };
        let raw = [b"ph_phc_test_posthog=", &bytes[..]].concat();
        for value in [format!("ph_phc_test_posthog={stored}").into_bytes(), raw, bytes] {
            let Ok(value) = HeaderValue::from_bytes(&value) else { continue };
            let mut sent = HeaderMap::new();
            sent.insert(COOKIE, value);
            if let Some(session) = headers::session_id(&sent, "phc_test") {
                prop_assert!(session.parse::<Uuid>().is_ok(), "{session}");
            }
        }
    }
}
