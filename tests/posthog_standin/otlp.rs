//! Logs, traces and metrics in OpenTelemetry's form.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value, json};

use super::Standin;

const ENDPOINTS: [(&str, &str, &str); 3] = [
    ("logs", "resourceLogs", "log_requests"),
    ("traces", "resourceSpans", "trace_requests"),
    ("metrics", "resourceMetrics", "metric_requests"),
];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("packed")
}

async fn export(
    standin: &Standin,
    path: &str,
    token: Option<&str>,
    body: impl Into<reqwest::Body>,
) -> (u16, Value) {
    let mut request = standin.http.post(format!("{}{path}", standin.url));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.body(body).send().await.expect("an answer");
    (
        response.status().as_u16(),
        response.json().await.expect("JSON"),
    )
}

#[tokio::test]
async fn logs_traces_and_metrics_are_taken_with_a_token() {
    let standin = Standin::start().await;
    for (name, field, counted) in ENDPOINTS {
        let path = format!("/i/v1/{name}");
        let text = json!({field: [{"resource": {}}]}).to_string();
        let with_slash = format!("{path}/");
        let in_query = format!("{path}?token=phc_test");
        for (path, token, body) in [
            (&path, Some("phc_test"), text.clone().into_bytes()),
            (&with_slash, Some("phc_test"), gzip(text.as_bytes())),
            (&in_query, None, format!("{text}\n{text}\n").into_bytes()),
            // Protobuf: field 1 with two bytes.
            (&path, Some("phc_test"), b"\x0a\x02\x0a\x00".to_vec()),
            (&path, Some("phc_test"), Vec::new()),
        ] {
            let answer = export(&standin, path, token, body).await;
            assert_eq!(answer, (200, json!({})), "{path}");
        }
        let status = standin.get("/hoglet/status").await;
        assert_eq!(status["counts"][counted], 5, "{name}");
    }
    assert_eq!(standin.get("/hoglet/malformed").await, json!([]));
}

#[tokio::test]
async fn logs_traces_and_metrics_without_a_token_or_sense_are_refused() {
    let standin = Standin::start().await;
    for (name, field, counted) in ENDPOINTS {
        let path = format!("/i/v1/{name}");
        let empty_token = format!("{path}?token=");
        let large = json!({field: [], "filler": "x".repeat(2 * 1024 * 1024)}).to_string();
        for (path, token, body, status, reason) in [
            (&path, None, b"{}".to_vec(), 401, "No token provided"),
            (&empty_token, None, b"{}".to_vec(), 401, "No token provided"),
            (&path, Some(""), b"{}".to_vec(), 401, "No token provided"),
            (
                &path,
                Some("phx_key"),
                b"{}".to_vec(),
                401,
                "personal_api_key",
            ),
            (
                &path,
                Some("phc_test"),
                b"a line".to_vec(),
                400,
                "neither protobuf nor JSON",
            ),
            (&path, Some("phc_test"), b"\x1f\x8bxx".to_vec(), 400, "gzip"),
            (
                &path,
                Some("phc_test"),
                large.clone().into_bytes(),
                413,
                "exceeds limit",
            ),
            (
                &path,
                Some("phc_test"),
                gzip(large.as_bytes()),
                413,
                "more than 2 MB",
            ),
        ] {
            let answer = export(&standin, path, token, body).await;
            assert_eq!(answer.0, status, "{path}: {}", answer.1);
            let said = answer.1["error"].as_str().expect("a reason");
            assert!(said.contains(reason), "{path}: {said}");
            let malformed = standin.get("/hoglet/malformed").await;
            assert_eq!(malformed[0]["reason"], said, "it is shown");
        }
        let asked = standin
            .http
            .request(Method::GET, format!("{}{path}", standin.url));
        assert_eq!(asked.send().await.expect("an answer").status(), 405);
        let status = standin.get("/hoglet/status").await;
        assert_eq!(status["counts"][counted], 0, "{name}");
    }
}
