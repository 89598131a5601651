//! Bodies of logs, traces and metrics that are accepted or refused.

use super::*;

#[test]
fn protobuf_is_whole_fields() {
    for (bytes, fits) in [
        (&b""[..], true),
        // Field 1 with two bytes, then field 2, which is unknown, with a number.
        (b"\x0a\x02ab\x10\x96\x01", true),
        (b"\x0a\x03ab", false),
        // Field 1 is a message, not a number.
        (b"\x08\x01", false),
        (b"\x10\x96", false),
        (b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", false),
        (b"{}", false),
        (b"hello", false),
    ] {
        assert_eq!(is_protobuf(bytes), fits, "{bytes:?}");
    }
}

#[test]
fn json_is_one_object_or_one_in_each_line() {
    for (text, fits) in [
        ("{}", true),
        (r#"{"resourceLogs":[]}"#, true),
        ("{\"resourceLogs\":[{}]}\n\n{\"resourceLogs\":[]}\n", true),
        (r#"{"resourceLogs":{}}"#, false),
        (r#"{"resourceLogs":[1]}"#, false),
        ("[]", false),
        ("{\"resourceLogs\":[]}\n{", false),
        ("log line", false),
    ] {
        assert_eq!(is_json(Signal::Logs, text.as_bytes()), fits, "{text}");
    }
}
