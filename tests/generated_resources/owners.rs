//! The pages of a resource, and the people who can open them.

use reqwest::Method;

use crate::client::Browser;
use crate::form::Form;
use crate::house::{House, id_of, location};

/// A category from its creation to its deletion. Only its owner can see or change it.
pub fn only_they_reach_their_rows(house: &House) {
    let app = &house.app;
    assert!(
        house
            .page(&house.ann, "/categories/new")
            .contains("name=\"name\"")
    );
    let form = Form::new(&[("name", "Ann's <i>own</i>")]);
    let row = house.create(&house.ann, "/categories", &form);
    let shown = house.page(&house.ann, &row);
    assert!(shown.contains("own&lt;"), "{shown}");
    assert!(!shown.contains("<i>"), "{shown}");
    assert!(shown.contains("class=\"flash success\""), "{shown}");
    assert!(house.page(&house.ann, "/categories").contains(&row));
    let edit = house.page(&house.ann, &format!("{row}/edit"));
    assert!(
        edit.contains("own&lt;") && edit.contains(&format!("action=\"{row}\"")),
        "{edit}"
    );

    // For every request, another user gets the same answer as for a row that does not exist.
    assert!(!house.page(&house.bob, "/categories").contains(id_of(&row)));
    let nowhere = "/categories/01995a5e-0000-7000-8000-ffffffffffff";
    for row in [
        &*row,
        nowhere,
        "/categories/no-id",
        "/categories/%00",
        "/categories/1",
    ] {
        are_not_found(house, &house.bob, row);
    }
    are_not_found(house, &house.ann, nowhere);
    // A visitor is sent to the log-in page.
    for path in [
        "/categories",
        "/categories/new",
        &row,
        &format!("{row}/edit"),
    ] {
        let answer = house.visitor.get(app, path);
        assert_eq!(answer.status(), 303, "{path}");
        assert!(location(&answer).starts_with("/login?next="), "{path}");
    }
    for path in ["/categories", &row, &format!("{row}/delete")] {
        let answer = house.visitor.post(app, path, &form.fields());
        assert_eq!(location(&answer), "/login", "{path}");
    }
    assert!(
        house.page(&house.ann, &row).contains("own&lt;"),
        "nobody changed it"
    );

    let answer = house.ann.post(app, &row, &[("name", "Changed")]);
    assert_eq!(
        (answer.status().as_u16(), location(&answer)),
        (303, row.clone())
    );
    assert!(house.page(&house.ann, &row).contains("Changed"));
    // A GET changes nothing, and there are no handlers for other methods.
    let delete = format!("{row}/delete");
    for (method, path) in [
        (Method::GET, &delete),
        (Method::DELETE, &row),
        (Method::PUT, &row),
        (Method::PATCH, &row),
    ] {
        let status = house.ann.ask(app, method.clone(), path, "*/*").status();
        assert!(status == 405 || status == 404, "{method} {path}: {status}");
    }
    house.page(&house.ann, &row);
    let answer = house.ann.post(app, &delete, &[]);
    assert_eq!(
        (answer.status().as_u16(), &*location(&answer)),
        (303, "/categories")
    );
    are_not_found(house, &house.ann, &row);
}

/// Checks that every page and every form of a row answers 404.
#[track_caller]
fn are_not_found(house: &House, browser: &Browser, row: &str) {
    for accept in ["text/html", "application/json", "*/*"] {
        for path in [row.to_owned(), format!("{row}/edit")] {
            for method in [Method::GET, Method::HEAD] {
                let answer = browser.ask(&house.app, method.clone(), &path, accept);
                assert_eq!(answer.status(), 404, "{method} {path} as {accept}");
            }
        }
    }
    let valid = Form::new(&[("name", "Bob's")]);
    let invalid = Form::new(&[("name", "")]);
    for form in [valid, invalid] {
        for path in [row.to_owned(), format!("{row}/delete")] {
            let answer = browser.post(&house.app, &path, &form.fields());
            assert_eq!(answer.status(), 404, "POST {path} {form:?}");
        }
    }
}

/// A public resource is read by everybody, and changed by its owner.
pub fn everybody_reads_what_is_public(house: &House) {
    let app = &house.app;
    let row = house.create(&house.ann, "/articles", &Form::article("igel"));
    for browser in [&house.ann, &house.bob, &house.visitor] {
        let page = house.page(browser, &row);
        assert!(page.contains("&lt;b&gt;&amp;"), "{page}");
        assert!(house.page(browser, "/articles").contains(&row));
        let head = browser.ask(app, Method::HEAD, &row, "*/*");
        assert_eq!(head.status(), 200);
        assert_eq!(head.text().expect("text"), "");
    }
    let edit = format!("{row}/edit");
    assert!(house.page(&house.ann, &row).contains(&edit));
    for browser in [&house.bob, &house.visitor] {
        assert!(
            !house.page(browser, &row).contains(&edit),
            "no link that fails"
        );
    }
    assert!(location(&house.visitor.get(app, &edit)).starts_with("/login?next="));
    assert!(location(&house.visitor.get(app, "/articles/new")).starts_with("/login?next="));
    assert_eq!(house.bob.get(app, &edit).status(), 404);
    for path in [row.clone(), format!("{row}/delete")] {
        let form = Form::article("hers");
        assert_eq!(house.bob.post(app, &path, &form.fields()).status(), 404);
        let answer = house.visitor.post(app, &path, &form.fields());
        assert_eq!(location(&answer), "/login");
    }
    // A unique value of a public resource is unique among all rows.
    house.refused(&house.bob, "/articles", &Form::article("igel"));
    let answer = house.ann.post(app, &row, &Form::article("igel").fields());
    assert_eq!(answer.status(), 303, "a row may keep its own value");
    let his = house.create(&house.bob, "/articles", &Form::article("his"));
    house.refused(&house.bob, &his, &Form::article("igel"));
    let answer = house.ann.post(app, &format!("{row}/delete"), &[]);
    assert_eq!(location(&answer), "/articles");
    assert_eq!(house.visitor.get(app, &row).status(), 404);
}
