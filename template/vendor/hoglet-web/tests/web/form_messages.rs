//! `PlainEnglish`: the messages for fields that break a rule.

use garde::Validate;
use hoglet_web::forms::{self, PlainEnglish};

#[derive(Validate)]
struct Order {
    #[garde(length(min = 1))]
    name: String,
    #[garde(length(min = 3))]
    code: String,
    #[garde(length(max = 2))]
    note: String,
    #[garde(range(min = 1, max = 9))]
    few: u32,
    #[garde(range(min = 1, max = 9))]
    many: u32,
    #[garde(required)]
    plan: Option<String>,
}

#[test]
fn a_message_is_a_sentence_for_users() {
    let order = Order {
        name: String::new(),
        code: "x".into(),
        note: "much".into(),
        few: 0,
        many: 10,
        plan: None,
    };
    let messages: Vec<_> = forms::validate(&order, PlainEnglish)
        .into_iter()
        .map(|(field, messages)| format!("{field}: {}", messages.join(" ")))
        .collect();
    assert_eq!(
        messages,
        [
            "code: Write at least 3 characters.",
            "few: Use 1 or more.",
            "many: Use 9 or less.",
            "name: Write at least 1 character.",
            "note: Write at most 2 characters.",
            "plan: Fill this in.",
        ]
    );
}
