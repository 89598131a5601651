//! The answer to a refused request: a plain page without a cookie, an event or a script.
//!
//! If the path begins with two slashes, a script on the page could mistake a path for a host.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::plain_page::PlainPage;
use crate::request::RequestInfo;
use crate::request::refusal::Refusal;
use crate::web::Web;

/// The answer. It shows nothing that the request contains.
pub fn answer(web: &Web, info: &RequestInfo, refusal: &Refusal) -> Response {
    let status = refusal.status();
    let text = (web.parts.error_text)(status);
    let message = match refusal {
        Refusal::OtherHost(_) => {
            "This app does not answer to the host name in this address. If the name is the app's own, its log \
             says what to set."
        }
        Refusal::NoHost | Refusal::PathLikeAHost => text.message,
    };
    if info.wants_json {
        let answer = json!({ "success": false, "error": message, "request_id": info.id });
        return (status, Json(answer)).into_response();
    }
    let page = PlainPage {
        status,
        title: text.title,
        message,
        request_id: &info.id,
        head: "",
        details: "",
    };
    (status, page.html()).into_response()
}
