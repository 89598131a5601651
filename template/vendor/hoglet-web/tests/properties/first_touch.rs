//! The first touch that is read from two cookies.

use axum::http::header::REFERER;
use axum::http::{HeaderMap, HeaderValue};
use hoglet_web::posthog::first_touch::{self, FirstTouch};
use proptest::prelude::*;
use uuid::Uuid;

use crate::{WEB, config};

fn mask(address: &str) -> String {
    WEB.secret_paths.masked_address(address).into_owned()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_first_touch_fits_a_cookie_and_comes_back(
        path in "/[!-~\u{e9}]{0,20}",
        repeated in 0..200usize,
        referrer in prop_oneof!["https://[a-z]{1,9}\\.example/[!-~]{0,20}", any::<String>()],
    ) {
        let settings = &WEB.settings;
        let mut headers = HeaderMap::new();
        if let Ok(referrer) = HeaderValue::from_str(&referrer.repeat(1 + repeated)) {
            headers.insert(REFERER, referrer);
        }
        let id = Uuid::now_v7();
        let cookie = first_touch::cookie(&settings.app_host(), &mask, &path.repeat(1 + repeated), &headers, id);
        prop_assert!(cookie.len() < 1400, "{}", cookie.len());
        let touch = FirstTouch::from_cookie(&settings.app_url(), &cookie, id);
        let told = touch.unwrap().properties();
        prop_assert!(told["$initial_current_url"].as_str().unwrap().starts_with("http://127.0.0.1:8000/"));
        prop_assert_eq!(FirstTouch::from_cookie(&settings.app_url(), &cookie, Uuid::now_v7()), None);
    }

    #[test]
    fn any_memory_of_posthog_js_tells_a_web_page_or_nothing(
        stored in prop_oneof![
            any::<String>(),
            r#"\{"\$initial_person_info":\{"u":("(https?://)?[a-z:/?#=&%\\u0-9]{0,30}"|7|null),"r":("[$a-z:/.]{0,20}"|\[\])\}\}"#,
        ],
        cookie in any::<String>(),
    ) {
        let id = Uuid::now_v7();
        prop_assert_eq!(FirstTouch::from_cookie(&WEB.settings.app_url(), &cookie, id), None);
        if let Some(touch) = FirstTouch::from_posthog_js(&mask, &stored, id) {
            let told = touch.properties();
            prop_assert!(told.values().all(|value| value.as_str().unwrap().len() <= 4000));
            prop_assert!(told["$initial_current_url"].as_str().unwrap().starts_with("http"));
        }
    }
}
