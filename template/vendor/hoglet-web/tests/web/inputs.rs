//! Fields of forms: what people may type, and the messages for the rest.

use garde::Validate;
use hoglet_web::email::Email;
use hoglet_web::forms::{
    self, Choice, FixedPoint, Input, InputType, Line, MultiLine, PlainEnglish, Reference,
    WebAddress,
};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{Date, OffsetDateTime};

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "snake_case"
)]
enum Stage {
    Draft,
    InReview,
}

/// What a form shows after a field was sent.
fn shown<T: InputType>(typed: &str) -> String {
    serde_json::to_value(Input::<T>::read(typed))
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

/// The message about a field.
#[track_caller]
fn refusal<T: InputType>(typed: &str) -> String {
    match T::read(typed) {
        Ok(_) => panic!("{typed:?} is valid"),
        Err(message) => message,
    }
}

/// A text is refused by a sentence for people, and stays in the form.
#[track_caller]
fn assert_refuses<T: InputType>(texts: &[&str]) {
    for typed in texts {
        let message = refusal::<T>(typed);
        assert!(message.ends_with('.') && message.len() < 120, "{message}");
        assert!(message.starts_with(|letter: char| letter.is_uppercase() || letter == '“'));
        assert_eq!(shown::<T>(typed), *typed);
    }
}

const STRANGE: &[&str] = &[
    "\0",
    "a\0b",
    "\u{fffd}\u{7}",
    "[object Object]",
    "' OR 1=1 --",
];

#[test]
fn text_is_tidied_bounded_and_without_control_characters() {
    assert_eq!(Line::read(" Cafe\u{301}\u{202e} ").unwrap(), "Café");
    assert_eq!(refusal::<Line>(" \u{200b}"), "Fill this in.");
    assert_eq!(
        refusal::<Line>(&"é".repeat(256)),
        "Write at most 255 characters."
    );
    assert!(Line::read(&"é".repeat(255)).is_ok());
    assert_refuses::<Line>(&["", "a\nb", "a\0b", "a\u{7}"]);

    assert_eq!(MultiLine::read("a\r\nb\rc\td").unwrap(), "a\nb\nc\td");
    assert_refuses::<MultiLine>(&["", "\n \n", "a\0b", "a\u{1b}"]);
    let long = "x".repeat(10_000_000);
    for message in [refusal::<MultiLine>(&long), refusal::<Line>(&long)] {
        assert!(message.starts_with("Write at most "), "{message}");
    }
    assert_eq!(shown::<MultiLine>(&long).len(), long.len());
}

#[test]
fn whole_numbers_say_their_range() {
    for typed in ["7", " 7 ", "+7", "７", "007"] {
        assert_eq!(<i32 as InputType>::read(typed), Ok(7), "{typed}");
        assert_eq!(shown::<i32>(typed), "7");
    }
    assert_eq!(
        <i64 as InputType>::read("\u{2212}9223372036854775808"),
        Ok(i64::MIN)
    );
    let range = "Use a number between -2147483648 and 2147483647.";
    for typed in ["2147483648", "-2147483649", "99999999999999999999"] {
        assert_eq!(refusal::<i32>(typed), range);
    }
    for typed in ["1.5", "1,000", "1e3", "0x7", "seven", "--7", "-", "½"] {
        assert_eq!(refusal::<i64>(typed), "Write a whole number such as 42.");
    }
    assert_eq!(refusal::<i32>(" "), "Fill this in.");
    assert_refuses::<i32>(STRANGE);
    assert_refuses::<i64>(STRANGE);
}

#[test]
fn floating_point_numbers_are_finite() {
    for (typed, number, written) in [
        ("1.5", 1.5, "1.5"),
        (" -0.25 ", -0.25, "-0.25"),
        ("1e300", 1e300, "1e300"),
        ("５", 5.0, "5"),
        ("1e-320", 1e-320, "1e-320"),
    ] {
        assert_eq!(<f64 as InputType>::read(typed), Ok(number));
        assert_eq!(shown::<f64>(typed), written);
        assert_eq!(written.parse(), Ok(number));
    }
    assert_eq!(refusal::<f64>("1e400"), "This number is too large.");
    assert_refuses::<f64>(&["", "nan", "inf", "-infinity", "1,5", "1.5.5", "e", "0x1"]);
    assert_refuses::<f64>(STRANGE);
}

#[test]
fn decimal_numbers_are_exact() {
    type Price = FixedPoint<10, 2>;
    for (typed, written) in [
        ("10.5", "10.50"),
        ("12345678.99", "12345678.99"),
        ("-0.010", "-0.01"),
        ("1e3", "1000.00"),
        (" ７ ", "7.00"),
        ("0", "0.00"),
    ] {
        let price = Price::read(typed).unwrap();
        assert_eq!(price.to_string(), written);
        assert_eq!(shown::<Price>(typed), written);
    }
    assert_eq!(
        refusal::<Price>("0.001"),
        "Use at most 2 digits after the point."
    );
    assert_eq!(
        refusal::<Price>("123456789"),
        "Use at most 8 digits before the point."
    );
    assert_eq!(refusal::<Price>("1e400"), "Use at most 10 digits.");
    assert_eq!(refusal::<Price>("1,5"), "Write a number such as 1.5.");
    assert_eq!(
        refusal::<FixedPoint<3, 0>>("1.5"),
        "Write a whole number such as 42."
    );
    assert!(FixedPoint::<5, 5>::read("0.12345").is_ok());
    assert!(FixedPoint::<28, 10>::read("123456789012345678.0123456789").is_ok());
    assert_refuses::<Price>(&["", "nan", "1e-400", "1.2.3", "-", "."]);
    assert_refuses::<Price>(STRANGE);
    // SQLite does not store zeros at the end.
    assert_eq!(Price::write(&"10.5".parse().unwrap()), "10.50");
}

#[test]
fn dates_and_times_are_those_of_browsers() {
    for typed in ["2026-11-30", " ２０２６-11-30 "] {
        assert_eq!(shown::<Date>(typed), "2026-11-30");
    }
    assert!(refusal::<Date>("2026-02-30").starts_with("“2026-02-30” is not a date."));
    assert_refuses::<Date>(&["", "30.11.2026", "2026-1-1", "0000-01-01", "-001-01-01"]);
    assert_refuses::<Date>(&["+12026-01-01", "10000-01-01", "2026-11-30T14:05"]);
    assert_refuses::<Date>(STRANGE);

    for (typed, written) in [
        ("2026-11-30T14:05", "2026-11-30T14:05"),
        ("2026-11-30 14:05:07", "2026-11-30T14:05:07"),
        ("2026-11-30T14:05:00.250Z", "2026-11-30T14:05:00.250"),
    ] {
        assert_eq!(shown::<OffsetDateTime>(typed), written);
    }
    assert_refuses::<OffsetDateTime>(&["", "2026-11-30", "2026-02-30T14:05", "2026-11-30T24:00"]);
    assert_refuses::<OffsetDateTime>(STRANGE);
}

#[test]
fn addresses_are_checked_and_only_those_of_pages_are_linked() {
    assert_eq!(
        <Email as InputType>::read(" Ann@BÜCHER.example ")
            .unwrap()
            .as_str(),
        "ann@xn--bcher-kva.example"
    );
    assert_eq!(shown::<Email>("Ann@BÜCHER.example"), "ann@bücher.example");
    assert_refuses::<Email>(&["", "ann", "ann@", "a b@example.com", "ann@example.com\0"]);

    for address in [
        "https://example.com",
        "http://bücher.example/ä?q=1#x",
        "HTTPS://A.example",
    ] {
        assert_eq!(WebAddress::read(&format!(" {address} ")).unwrap(), address);
    }
    assert_refuses::<WebAddress>(&["", "example.com", "/profile", "//example.com", "https://"]);
    assert_refuses::<WebAddress>(&[
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
    ]);
    assert_refuses::<WebAddress>(&["https://a.example\nx", "https://bank.example@evil.example"]);
    assert_refuses::<WebAddress>(&["https://a b.example", "https://a.example/a b"]);
    assert_refuses::<WebAddress>(&[
        "https:example.com",
        "https:/example.com",
        "https:\\\\a.example",
    ]);
    let long = format!("https://a.example/{}", "ä".repeat(1000));
    assert_eq!(refusal::<WebAddress>(&long), "This address is too long.");
    assert_refuses::<WebAddress>(STRANGE);
}

#[test]
fn a_choice_is_one_of_the_list() {
    assert_eq!(Choice::<Stage>::read("in_review"), Ok(Stage::InReview));
    assert_refuses::<Choice<Stage>>(&["", "InReview", "DRAFT", "draft ", "published"]);
    let pairs = forms::choices::<Stage>();
    assert_eq!(pairs[1], ("in_review".to_owned(), "In review".to_owned()));
    assert_eq!(forms::label(&Stage::Draft), "Draft");

    let id = Uuid::new_v4();
    assert_eq!(Input::<Reference>::of(&id).chosen(), Some(id));
    assert_eq!(Input::<Option<Reference>>::read("").chosen(), None);
    assert_refuses::<Reference>(&["", "7", "none"]);
    assert_eq!(shown::<Uuid>(&format!(" {id} ")), id.to_string());
    assert_refuses::<Uuid>(&["", "7"]);
    assert_refuses::<Uuid>(STRANGE);

    for (typed, answer) in [("true", true), ("on", true), ("", false), ("false", false)] {
        assert_eq!(<bool as InputType>::read(typed), Ok(answer));
    }
    assert_eq!(<Option<bool> as InputType>::read("false"), Ok(Some(false)));
    assert_refuses::<bool>(&["maybe", "\0"]);
}

#[test]
fn json_stays_as_it_was_typed_and_a_message_names_the_place() {
    assert_eq!(
        <Value as InputType>::read("{\"b\": 1,\n \"a\": 2}"),
        Ok(json!({"a": 2, "b": 1}))
    );
    assert_eq!(shown::<Value>("{\"b\":1}"), "{\"b\":1}");
    assert_eq!(
        refusal::<Value>("{\n  \"a\": x\n}"),
        "This is not JSON. Line 2, column 8: expected value."
    );
    let deep = "[".repeat(10_000);
    assert_refuses::<Value>(&[
        "",
        "{",
        "{\"a\":1e400}",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "[{\"a\\u0000\":1}]",
    ]);
    assert_refuses::<Value>(&[&deep]);
    assert_refuses::<Value>(STRANGE);
    let long = json!(vec![1; 40_000]);
    assert_eq!(
        <Value as InputType>::read(&<Value as InputType>::write(&long)),
        Ok(long)
    );
    let longer = format!("[{}1]", "1,".repeat(50_000));
    assert_eq!(
        refusal::<Value>(&longer),
        "Write at most 100,000 characters."
    );
    let written = Input::<Value>::of(&json!({"a": [1]}));
    assert_eq!(
        serde_json::to_value(&written).unwrap(),
        json!("{\n  \"a\": [\n    1\n  ]\n}")
    );
}

#[derive(Clone, Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
struct Order {
    #[garde(dive)]
    item: Input<Line>,
    #[garde(dive, custom(at_least_one))]
    count: Input<i32>,
    #[garde(dive)]
    note: Input<Option<MultiLine>>,
    #[garde(dive)]
    gift: Input<bool>,
}

fn at_least_one(count: &Input<i32>, _: &()) -> garde::Result {
    match count.get() {
        Some(count) if *count < 1 => Err(garde::Error::new("Order at least one.")),
        _ => Ok(()),
    }
}

#[test]
fn a_form_reports_each_field_and_comes_back_as_it_was() {
    let order: Order = serde_json::from_value(json!({ "item": " ", "count": "x" })).unwrap();
    let errors = forms::validate(&order, PlainEnglish);
    assert_eq!(errors["item"], ["Fill this in."]);
    assert_eq!(errors["count"], ["Write a whole number such as 42."]);
    assert_eq!(errors.len(), 2, "optional and ticked fields may be absent");
    assert_eq!(
        serde_json::to_value(&order).unwrap(),
        json!({ "item": " ", "count": "x", "note": "", "gift": "false" })
    );
    assert!(!format!("{order:?}").contains('x'), "logs hide it");

    let order = Order {
        item: Input::read("Tea"),
        count: Input::read("0"),
        ..Order::default()
    };
    let errors = forms::validate(&order, PlainEnglish);
    assert_eq!(errors["count"], ["Order at least one."]);
    assert_eq!(order.note.value(), None);
}
