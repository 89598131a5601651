//! [`Answer`]: whether PostHog has accepted a batch, and what to do if not.

use std::time::{Duration, SystemTime};

use axum::http::header::{LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};

use hoglet_errors::mask_secrets;

/// The longest wait that is honoured. A longer one is a mistake, or another server has asked for it.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// How many characters of another server's text the log shows.
const MAX_CHARACTERS: usize = 200;

/// Whether PostHog has accepted a batch, and what to do if not.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// PostHog has accepted the events.
    Taken,
    /// PostHog refuses the batch because of one of its events, or because of its size.
    Unacceptable(String),
    /// The batch must be sent again later. `after` is how long PostHog asks to wait.
    Later {
        reason: String,
        after: Option<Duration>,
    },
    /// PostHog refuses the batch until the operator corrects a setting. The reason names the setting.
    Misconfigured(String),
    /// PostHog refuses the batch for good.
    Refused(String),
}

impl Answer {
    /// Interprets an answer. `text` is the beginning of its body.
    ///
    /// `by_way_of` describes the proxy, see [`by_way_of`](crate::outgoing::by_way_of). The answer may come
    /// from the proxy.
    pub fn of(status: StatusCode, headers: &HeaderMap, text: &str, by_way_of: &str) -> Self {
        let reason = reason(status, text) + by_way_of;
        match status.as_u16() {
            200..=299 => Self::Taken,
            400 | 413 => Self::Unacceptable(reason),
            // A quota is used up, so PostHog drops further events.
            402 => Self::Refused(reason),
            408 | 425 | 429 | 500.. => Self::Later {
                reason,
                after: retry_after(headers, SystemTime::now()),
            },
            300..=399 => {
                let to = headers.get(LOCATION).and_then(|to| to.to_str().ok());
                let to = to.map_or_else(|| "elsewhere".to_owned(), cut);
                Self::Misconfigured(format!(
                    "{reason}, a redirect to {to}; set POSTHOG_HOST to the address itself"
                ))
            }
            401 | 403 => Self::Misconfigured(format!(
                "{reason}; look at POSTHOG_PROJECT_TOKEN, and whether POSTHOG_HOST is PostHog's address"
            )),
            _ => Self::Misconfigured(format!(
                "{reason}; look whether POSTHOG_HOST is PostHog's address"
            )),
        }
    }
}

fn reason(status: StatusCode, text: &str) -> String {
    match text.trim() {
        "" => status.to_string(),
        text => format!("{status}: {}", cut(&mask_secrets(text))),
    }
}

/// The beginning of another server's text, without line breaks.
fn cut(text: &str) -> String {
    let text = text.chars().filter(|character| !character.is_control());
    text.take(MAX_CHARACTERS).collect()
}

/// The wait in `Retry-After`; none if it is over. The header has seconds or a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = httpdate::parse_http_date(text).ok()?;
            until.duration_since(now).ok()?
        }
    };
    (!wait.is_zero()).then(|| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn answer(status: u16) -> Answer {
        let status = StatusCode::from_u16(status).expect("a status");
        Answer::of(status, &HeaderMap::new(), "", "")
    }

    #[test]
    fn a_problem_for_the_operator_names_the_setting() {
        for (status, setting) in [
            (301, "POSTHOG_HOST"),
            (307, "POSTHOG_HOST"),
            (401, "POSTHOG_PROJECT_TOKEN"),
            (403, "POSTHOG_PROJECT_TOKEN"),
            (404, "POSTHOG_HOST"),
            (405, "POSTHOG_HOST"),
            (410, "POSTHOG_HOST"),
        ] {
            let Answer::Misconfigured(reason) = answer(status) else {
                panic!("{status} is an operator's mistake");
            };
            assert!(reason.contains(setting), "{reason}");
            assert!(reason.contains(&status.to_string()), "{reason}");
        }
        for status in [408, 429, 500, 503, 520] {
            assert!(matches!(answer(status), Answer::Later { .. }), "{status}");
        }
        for status in [400, 413] {
            assert!(
                matches!(answer(status), Answer::Unacceptable(_)),
                "{status}"
            );
        }
    }

    #[test]
    fn a_redirect_names_its_target_and_an_answer_forges_no_line_of_the_log() {
        let mut headers = HeaderMap::new();
        headers.insert(
            LOCATION,
            HeaderValue::from_static("https://eu.example.com/x"),
        );
        let moved = Answer::of(StatusCode::FOUND, &headers, "<html>\nERROR forged\n", "");
        let Answer::Misconfigured(reason) = moved else {
            panic!("a redirect is an operator's mistake");
        };
        assert!(reason.contains("https://eu.example.com/x"), "{reason}");
        assert!(!reason.contains('\n'), "{reason}");
    }

    #[test]
    fn a_wait_is_taken_as_it_is_in_seconds_or_as_a_date() {
        let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (text, wait) in [
            ("1", Some(1)),
            ("7", Some(7)),
            (" 90 ", Some(90)),
            ("900", Some(900)),
            ("3600", Some(3_600)),
            ("86400", Some(3_600)),
            ("18446744073709551615", Some(3_600)),
            ("0", None),
            ("-5", None),
            ("soon", None),
            ("", None),
            // HTTP has three formats for a date.
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
            ("Sun Nov  6 08:49:38 1994", Some(1)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 07:00:00 GMT", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
            let wait = wait.map(Duration::from_secs);
            assert_eq!(retry_after(&headers, noon), wait, "{text:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), noon), None);
    }
}
