//! Makes a sentence of an event's name: "An order was placed." of `order_placed`.

use crate::generate::name::Name;

/// Words for people, who act: "A user signed up."
///
/// With any other word, something was done to the object: "An order was placed."
const PERSONS: &[&str] = &[
    "admin", "author", "buyer", "client", "customer", "guest", "member", "owner", "person",
    "reader", "seller", "user", "visitor",
];

/// Past participles that do not end in `ed`.
const IRREGULAR: &[&str] = &[
    "begun", "bought", "broken", "built", "chosen", "cut", "done", "drawn", "found", "given",
    "heard", "held", "hidden", "kept", "left", "lost", "made", "met", "paid", "put", "read",
    "seen", "sent", "set", "shown", "sold", "spent", "split", "started", "taken", "told", "won",
    "written",
];

/// The index of the word in the past tense: 1 in `order_placed`.
///
/// The first word is skipped, because it is the object.
pub fn past_tense(words: &[&str]) -> Option<usize> {
    let is_past = |word: &&str| IRREGULAR.contains(word) || word.ends_with("ed");
    let index = words.iter().skip(1).position(is_past)?;
    Some(index + 1)
}

/// The doc comment of the event.
pub fn description(name: &Name) -> String {
    let name = name.lower();
    let words: Vec<&str> = name.split(' ').collect();
    let object = |end: usize| {
        let object = words[..end].join(" ");
        let article = if object.starts_with(['a', 'e', 'i', 'o', 'u']) && !object.starts_with("us")
        {
            "An"
        } else {
            "A"
        };
        format!("{article} {object}")
    };
    match past_tense(&words) {
        Some(verb) if PERSONS.contains(&words[verb - 1]) => {
            format!("{} {}.", object(verb), words[verb..].join(" "))
        }
        Some(verb) => format!("{} was {}.", object(verb), words[verb..].join(" ")),
        None => {
            let mut sentence = name.clone();
            sentence[..1].make_ascii_uppercase();
            sentence + "."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_sentence() {
        for (name, sentence) in [
            ("order_placed", "An order was placed."),
            ("user_signed_up", "A user signed up."),
            ("invoice_sent", "An invoice was sent."),
            ("order_line_added", "An order line was added."),
            ("checkout", "Checkout."),
        ] {
            let name = Name::parse(name).expect("a name");
            assert_eq!(description(&name), sentence);
        }
    }
}
