//! Forms that are refused: the status, the messages, and the values that stay in the form.

use crate::form::Form;
use crate::house::{House, id_of, message_at};

/// Values that a field of a specimen refuses.
const REFUSED: &[(&str, &str)] = &[
    ("title", ""),
    ("title", " \t"),
    ("body", ""),
    ("amount", ""),
    ("amount", "seven"),
    ("amount", "1.5"),
    ("amount", "2147483648"),
    ("spare", "-2147483649"),
    ("total", "9223372036854775808"),
    ("most", "x"),
    ("weight", ""),
    ("weight", "NaN"),
    ("weight", "inf"),
    ("weight", "1e999"),
    ("height", "1,5"),
    ("price", ""),
    ("price", "1.234"),
    ("price", "123456789.00"),
    ("cost", "1e400"),
    ("born", ""),
    ("born", "2023-02-29"),
    ("died", "yesterday"),
    ("died", "99999-01-01"),
    ("starts_at", ""),
    ("starts_at", "2026-03-01"),
    ("ends_at", "2026-03-01T25:00"),
    ("serial", "no-uuid"),
    ("batch", "1234"),
    ("data", ""),
    ("data", "{"),
    ("extra", "{'a': 1}"),
    ("contact", "nobody"),
    ("copy", "a@"),
    ("site", ""),
    ("site", "example"),
    ("source", "javascript:alert(1)"),
    ("size", ""),
    ("size", "huge"),
    ("size", "VeryLarge"),
    ("grade", "c"),
    ("category_id", ""),
    ("category_id", "no-uuid"),
    ("parent_id", "01995a5e-0000-7000-8000-ffffffffffff"),
    ("reviewer_id", "01995a5e-0000-7000-8000-ffffffffffff"),
    ("salary", "much"),
];

/// Each wrong value gives a 422 with a message at its field, and the form keeps all typed values.
pub fn what_was_typed_is_kept(house: &House) {
    let category = house.category(&house.ann, "For forms");
    for (field, value) in REFUSED {
        let form = Form::specimen(&category)
            .and(&Form::optional())
            .with(field, value);
        let page = house.refused(&house.ann, "/specimens", &form);
        let message = message_at(&page, field);
        assert!(is_for_people(&message), "{field}: {message}");
        let others = form.names().into_iter().filter(|name| name != field);
        for other in others {
            assert!(
                !page.contains(&format!("id=\"{other}-help\" class=\"error\"")),
                "{other}"
            );
        }
        assert_eq!(
            page.matches("aria-invalid").count(),
            1,
            "only {field} is wrong:\n{page}"
        );
        assert!(page.contains("Igel Älter") || *field == "title");
        assert!(page.contains("With two lines.") || *field == "body");
        assert!(page.contains("value=\"9007199254740993\"") || *field == "total");
        assert!(page.contains("value=\"12.30\"") || *field == "price");
        assert!(page.contains("value=\"very_large\" selected") || *field == "size");
        assert!(page.contains("spines") || *field == "data");
        // A wrong value stays, too, except in a select, which cannot show it.
        if !value.trim().is_empty() && !["size", "grade"].contains(field) && !field.ends_with("_id")
        {
            let kept = escaped(value);
            assert!(page.contains(&kept), "{field} keeps {value}:\n{page}");
        }
    }
    // A field that is not sent is empty.
    for field in Form::specimen(&category).names() {
        let form = Form::specimen(&category).without(&field);
        if field == "active" {
            house.create(&house.ann, "/specimens", &form);
        } else {
            message_at(&house.refused(&house.ann, "/specimens", &form), &field);
        }
    }

    // Every value comes back in the form that edits it, and the same form is valid again.
    let form = Form::specimen(&category)
        .and(&Form::optional())
        .with("parent_id", &category);
    let row = house.create(&house.ann, "/specimens", &form);
    let edit = house.page(&house.ann, &format!("{row}/edit"));
    for (name, value) in form.fields() {
        if ![
            "active", "seen", "body", "remark", "data", "extra", "size", "grade",
        ]
        .contains(&name)
            && !name.ends_with("_id")
        {
            let control = format!("name=\"{name}\"");
            let (_, rest) = edit
                .split_once(&control)
                .unwrap_or_else(|| panic!("{name}"));
            let tag = &rest[..rest.find('>').expect("it ends")];
            assert!(
                tag.contains(&format!("value=\"{}", escaped(value))),
                "{name}: {tag}"
            );
        }
    }
    let answer = house.ann.post(&house.app, &row, &form.fields());
    assert_eq!(answer.status(), 303, "{}", answer.text().expect("text"));
    // A refused change changes nothing.
    house.refused(&house.ann, &row, &form.clone().with("title", ""));
    assert!(house.page(&house.ann, &row).contains("Igel Älter"));
    // A unique value of an owned resource is unique among the owner's rows only.
    let page = house.refused(&house.ann, "/specimens", &form);
    message_at(&page, "serial");
    let bobs = house.category(&house.bob, "Bob's");
    let same = form.with("category_id", &bobs).without("parent_id");
    house.create(&house.bob, "/specimens", &same);
    // An empty field is stored as NULL, and shown as nothing.
    let bare = house.create(&house.ann, "/specimens", &Form::specimen(&category));
    let page = house.page(&house.ann, &bare);
    for wrong in ["None", "null", "none", "undefined"] {
        assert!(!page.contains(&format!(">{wrong}<")), "{page}");
    }
}

/// A select offers only the user's own rows, and the form refuses others.
pub fn references_are_to_own_rows(house: &House) {
    let hers = house.category(&house.ann, "Hers to choose");
    let his = house.category(&house.bob, "His to choose");
    let page = house.page(&house.ann, "/specimens/new");
    assert!(page.contains(&hers) && page.contains("Hers to choose"));
    assert!(!page.contains(&his) && !page.contains("His to choose"));
    let form = Form::specimen(&his);
    let page = house.refused(&house.ann, "/specimens", &form);
    message_at(&page, "category_id");
    assert!(!page.contains("His to choose"));
    let form = Form::specimen(&hers).with("parent_id", &his);
    message_at(&house.refused(&house.ann, "/specimens", &form), "parent_id");

    // The row is not deleted, because another refers to it, or both are deleted. Neither is an error of the server.
    let row = house.create(&house.ann, "/specimens", &Form::specimen(&hers));
    let delete = format!("/categories/{hers}/delete");
    let answer = house.ann.post(&house.app, &delete, &[]);
    assert!(answer.status().as_u16() < 500, "{}", house.app.log());
    let status = house.ann.get(&house.app, &row).status();
    assert!(status == 200 || status == 404, "{} {status}", id_of(&row));
}

/// A whole sentence without words of the code.
fn is_for_people(message: &str) -> bool {
    let begins = message.starts_with(|first: char| first.is_uppercase() || first == '“');
    let technical = [
        "invalid digit",
        "expected",
        "ParseInt",
        "Error",
        "regex",
        "_",
    ];
    begins && message.ends_with('.') && !technical.iter().any(|word| message.contains(word))
}

fn escaped(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\'', "&#x27;")
        .replace('"', "&quot;")
        .replace('/', "&#x2f;")
}
