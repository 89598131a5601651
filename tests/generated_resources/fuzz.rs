//! Hostile values in every field.

use crate::form::{Form, serial};
use crate::house::{House, location};

/// Values that a person or a script may send in any field.
fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "\0",
        "a\0b",
        "🦔",
        "\u{202e}abc\u{2066}",
        "\u{feff}",
        "\u{fffd}",
        "\u{1}\u{7f}",
        "\r\n",
        "'; DROP TABLE specimens; --",
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}",
        "{% raw %}",
        "-0",
        "+1",
        "0x10",
        "1_000",
        "１２",
        "99999999999999999999999999999999",
        "-9223372036854775809",
        "1e308",
        "-1e-400",
        "NaN",
        "infinity",
        "0.000000000000000000000000000001",
        ".5",
        "5.",
        "1,000.00",
        "79228162514264337593543950336",
        "2024-02-30",
        "0000-00-00",
        "-0001-01-01",
        "+10000-01-01",
        "9999-12-31",
        "0001-01-01",
        "9999-12-31T23:59:60",
        "2026-03-29T02:30",
        "0001-01-01T00:00",
        "2026-01-01T00:00:00.123456789",
        "true",
        "false",
        "on",
        "null",
        "[]",
        "{\"a\":\"\\u0000\"}",
        "\"\\ud800\"",
        "1e999999",
        "http://",
        "https://[::1",
        "http://user:pass@example.com/",
        "data:text/html,x",
        "//example.com",
        "a@b@c",
        "\"a b\"@example.com",
        "00000000-0000-0000-0000-000000000000",
        "{01995a5e-0000-7000-8000-000000000001}",
        "urn:uuid:01995a5e-0000-7000-8000-0000000000aa",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push("x".repeat(10_000));
    values.push("🦔".repeat(10_000));
    values.push("9".repeat(10_000));
    values.push(format!("0.{}", "0".repeat(10_000)));
    values.push("[".repeat(10_000));
    values.push(format!("https://example.com/{}", "a".repeat(10_000)));
    values
}

/// Sends each value in each field. Pages can show and edit every row that was accepted.
pub fn no_input_is_an_error_of_the_server(house: &House) {
    let category = house.category(&house.bob, "For anything");
    let whole = Form::specimen(&category).and(&Form::optional());
    let whole = whole.with("parent_id", &category).with("reviewer_id", "");
    let mut accepted = 0;
    for field in whole.names() {
        for value in values() {
            let form = whole.clone().with("serial", &serial()).with(&field, &value);
            let answer = house.bob.post(&house.app, "/specimens", &form.fields());
            let status = answer.status().as_u16();
            let short: String = value.chars().take(40).collect();
            assert!(
                [303, 422].contains(&status),
                "{field} {short:?}: {status}\n{}",
                house.app.log()
            );
            if status == 303 {
                accepted += 1;
                let row = location(&answer);
                for path in [row.clone(), format!("{row}/edit")] {
                    let status = house.bob.get(&house.app, &path).status();
                    assert_eq!(status, 200, "{field} {short:?} {path}\n{}", house.app.log());
                }
                house.bob.post(&house.app, &format!("{row}/delete"), &[]);
            } else {
                assert!(
                    answer.text().expect("text").contains("aria-invalid"),
                    "{field} {short:?}"
                );
            }
        }
    }
    assert!(accepted > 100, "{accepted} values are taken");
    // Fields that the form does not have are ignored, so a form cannot choose the owner.
    let form = whole
        .with("serial", &serial())
        .with("id", "00000000-0000-0000-0000-000000000000")
        .with("user_id", "00000000-0000-0000-0000-000000000000")
        .with("created_at", "x");
    let row = house.create(&house.bob, "/specimens", &form);
    assert_eq!(house.ann.get(&house.app, &row).status(), 404);
}
