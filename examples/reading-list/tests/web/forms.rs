//! The controls of `templates/forms.html`. `hoglet-web` tests the error messages.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Value, context};

use crate::support::*;

#[test]
fn every_control_has_a_label_and_keeps_what_was_typed() {
    let page = controls(context! {
        form => context! { item => "a hat", about => "</textarea><b>", plan => "team", news => true },
        errors => context! {},
    });
    assert_shows(&page, r#"<label for="item">Item</label>"#);
    assert_shows(
        &page,
        r#"type="text" autocomplete="off" value="a hat" required>"#,
    );
    assert_shows(&page, r#"<label for="about">About you</label>"#);
    assert_shows(&page, "\n&lt;&#x2f;textarea&gt;&lt;b&gt;</textarea>");
    assert_shows(&page, r#"<option value="team" selected>Team</option>"#);
    assert_shows(&page, r#"<option value="free">Free</option>"#);
    assert_shows(&page, r#"value="true" checked>"#);
    assert!(!page.contains("aria-invalid") && !page.contains("autofocus"));
}

#[test]
fn an_error_stands_beside_its_control_and_the_first_such_control_has_the_focus() {
    let page = controls(context! {
        form => context! {},
        errors => context! { plan => ["Choose one."], news => ["Tick this."] },
    });
    let select = r#"<select id="plan" name="plan" required aria-invalid="true" autofocus aria-describedby="plan-help">"#;
    assert_shows(&page, select);
    assert_shows(&page, r#"<p class="error" id="plan-help">Choose one.</p>"#);
    assert_shows(&page, r#"<p class="error" id="news-help">Tick this.</p>"#);
    assert_eq!(page.matches("aria-invalid").count(), 2);
    assert_eq!(page.matches("autofocus").count(), 1);
}

/// A form with one control of each kind.
fn controls(values: Value) -> String {
    let mut views = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    views.set_syntax(syntax.unwrap());
    let macros = include_str!("../../templates/forms.html");
    views.add_template("forms.html", macros).unwrap();
    let page = r#"{% from "forms.html" import field, textarea, select, checkbox %}
        {{ field("item", "Item", form, errors) }}
        {{ textarea("about", "About you", form, errors) }}
        {{ select("plan", "Plan", [["free", "Free"], ["team", "Team"]], form, errors) }}
        {{ checkbox("news", "Send me news", form, errors) }}"#;
    views.add_template("page.html", page).unwrap();
    views
        .get_template("page.html")
        .unwrap()
        .render(values)
        .unwrap()
}
