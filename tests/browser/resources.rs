//! A generated resource in a real browser: on a desktop and on a phone, with and without JavaScript, and by keyboard.
//!
//! The app is compiled for this, which takes minutes the first time.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::json;

use crate::axe;
use crate::chromium::{Chromium, Tab};
use crate::generated;
use crate::house::{House, SCREENS, picture, sign_up, without};
use crate::walk;

const COMMANDS: &[&[&str]] = &[
    &["resource", "shelf", "name:string:unique:search"],
    &[
        "resource",
        "book",
        "title:string:search:index",
        "summary:text?",
        "pages:integer:index",
        "price:decimal(10,2)?",
        "read:boolean",
        "published:date?:index",
        "lent_at:datetime?",
        "contact:email?:private",
        "website:url?",
        "data:json?",
        "stage:enum(wanted,on_order,here):index",
        "shelf:references",
    ],
    &[
        "resource",
        "review",
        "author:references(user)",
        "headline:string:index",
        "body:text",
        "--public",
    ],
];

/// The app's binary. It reads its views from the app's folder, so all tests share one app.
fn app() -> PathBuf {
    static APP: OnceLock<PathBuf> = OnceLock::new();
    APP.get_or_init(build).clone()
}

/// Writes the app with commands alone, and builds it.
fn build() -> PathBuf {
    let _lock = generated::lock();
    let folder = generated::own_folder("browser/library");
    let _ = fs::remove_dir_all(&folder);
    let hoglet = || Command::new(env!("CARGO_BIN_EXE_hoglet"));
    generated::run(
        hoglet()
            .args(["new", "--yes", "--no-git", "--json"])
            .arg(&folder),
    );
    for arguments in COMMANDS {
        generated::run(
            hoglet()
                .arg("generate")
                .args(*arguments)
                .current_dir(&folder),
        );
    }
    generated::run(generated::cargo(&folder).args(["build", "--locked"]));
    generated::target().join("debug/library")
}

#[test]
fn a_resource_is_listed_created_changed_and_deleted_in_a_browser() {
    let Some(house) = House::running(app, &[]) else {
        return;
    };
    let Some(axe) = axe::script() else { return };
    for scripts in [true, false] {
        for (width, height) in SCREENS {
            let browser = Chromium::start();
            let tab = browser.new_tab();
            tab.size(width, height);
            if !scripts {
                let off = json!({"value": true});
                tab.call("Emulation.setScriptExecutionDisabled", off);
            }
            let look = |page: &str| {
                let wider = tab.eval(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
                );
                assert_eq!(wider, 0, "{page} fits into {width} pixels");
                assert_eq!(controls_without_a_label(&tab), json!([]), "{page}");
                if !scripts {
                    return;
                }
                for scheme in ["light", "dark"] {
                    tab.scheme(scheme);
                    picture(&tab, &format!("resource-{page}-{width}-{scheme}"));
                    tab.eval(&format!("{axe}; undefined"));
                    let found = tab.eval(
                        "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))",
                    );
                    assert_eq!(found, json!([]), "{page} at {width} pixels, {scheme}");
                }
            };
            sign_up(&tab, &house, &format!("ada-{width}-{scripts}@example.com"));
            a_library(&house, &tab, &look);
            let problems = without(tab.problems(), "the server responded with a status of");
            assert_eq!(problems, [""; 0], "{width} pixels, scripts: {scripts}");
        }
    }
    house.close();
}

fn a_library(house: &House, tab: &Tab, look: &dyn Fn(&str)) {
    let open = |path: &str| tab.go(&house.url(path));
    let follow = |path: &str| tab.leaves(|| tab.click(&format!("a[href='{path}']")));
    let send = || tab.leaves(|| tab.click("main form[method=post] button"));
    let text = || tab.text("document.querySelector('main').textContent");

    // The navigation leads to the list.
    follow("/books");
    look("empty-list");
    follow("/books/new");
    look("form");
    send_without_the_browsers_checks(tab);
    look("form-with-errors");
    let first = "document.querySelector('[aria-invalid]').getAttribute('name')";
    assert_eq!(tab.text(first), "title");
    let focused = "document.activeElement === document.querySelector('[aria-invalid]')";
    assert_eq!(
        tab.eval(focused),
        true,
        "the first wrong field has the focus"
    );

    open("/shelves/new");
    tab.fill("#name", "Natural history");
    send();
    open("/books/new");
    fill(
        tab,
        &format!(
            "A book with a rather long title, for a screen that is narrow {}",
            "x".repeat(60)
        ),
        "120",
    );
    send();
    assert!(text().contains("A book with a rather long title"));
    let of_the_list = "document.querySelector(`nav a[href='/books']`).ariaCurrent";
    assert_eq!(tab.text(of_the_list), "true", "it is the list's page");
    look("page");
    // The flash message is gone on the next page.
    tab.leaves(|| tab.click("main a[href$='/edit']"));
    look("edit");
    tab.fill("#pages", "121");
    send();
    assert!(text().contains("121"));

    // Enough rows for more than one page. The script sends the form itself: posthog-js allows ten events a
    // second, and opening the page for each row makes more.
    open("/books/new");
    fill(tab, "Hedgehogs", "100");
    tab.eval(
        "(async () => {
           const form = document.querySelector('main form[method=post]');
           for (let number = 0; number < 25; number++) {
             const fields = new URLSearchParams(new FormData(form));
             fields.set('title', `Hedgehogs, volume ${number}`);
             const answer = await fetch(form.action, { method: 'POST', body: fields });
             if (!answer.ok) throw new Error(`${answer.status} for row ${number}`);
           }
         })()",
    );
    open("/books");
    look("list");
    tab.leaves(|| tab.click("main a[href*='after=']"));
    look("list-next-page");
    open("/books");
    tab.fill("[name=q]", "VOLUME 2");
    tab.leaves(|| tab.click("form:has([name=q]) button"));
    assert_eq!(
        tab.eval("document.querySelector('[name=q]').value"),
        "VOLUME 2"
    );
    look("search");
    open("/books?q=nothing+like+it");
    look("search-without-a-result");
    open("/books?sort=pages");
    look("sorted");

    // Deletion asks first.
    open("/books?q=volume+24");
    tab.leaves(|| tab.click("main a[href^='/books/']:not([href$='/new'], [href$='/edit'])"));
    let asks = "document.querySelector('details form[action$=\"/delete\"] button')";
    let is_seen = format!("{asks}.checkVisibility()");
    assert_eq!(
        tab.eval(&is_seen),
        false,
        "the button is hidden before the question"
    );
    tab.click("details summary");
    tab.until(&is_seen);
    look("deletion");
    tab.leaves(|| tab.click("details form[action$='/delete'] button"));
    assert_eq!(tab.text("location.pathname"), "/books");
    look("after-deletion");

    open("/reviews/new");
    tab.fill("#headline", "Prickly");
    tab.fill("#body", "Read it.\n\nTwice.");
    send();
    look("public-page");
}

/// Fills the required fields of a book.
fn fill(tab: &Tab, title: &str, pages: &str) {
    tab.fill("#title", title);
    tab.fill("#pages", pages);
    tab.eval(
        "(() => {
           document.querySelector('#stage').value = 'here';
           const shelf = document.querySelector('#shelf_id');
           shelf.value = [...shelf.options].at(-1).value;
         })()",
    );
}

/// Sends the form as a browser does that knows no `required`.
fn send_without_the_browsers_checks(tab: &Tab) {
    tab.eval("document.querySelector('main form[method=post]').noValidate = true");
    tab.leaves(|| tab.click("main form[method=post] button"));
}

/// The names of controls that have no label, or whose message is not tied to them.
fn controls_without_a_label(tab: &Tab) -> serde_json::Value {
    tab.eval(
        "[...document.querySelectorAll('main :is(input:not([type=hidden]), select, textarea)')]
           .filter((control) => {
             const help = control.getAttribute('aria-describedby');
             const tied = !help || help.split(' ').every((id) => document.getElementById(id));
             const named = control.labels?.length || control.getAttribute('aria-label');
             const described = !control.ariaInvalid || help;
             return !(named && tied && described);
           })
           .map((control) => control.name)",
    )
}

#[test]
fn the_keyboard_reaches_everything_of_a_resource() {
    let Some(house) = House::running(app, &[]) else {
        return;
    };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    sign_up(&tab, &house, "ada@example.com");
    let reaches = |path: &str, expected: &[&str]| {
        tab.go(&house.url(path));
        let names = walk(&tab);
        for name in expected {
            assert!(
                names.iter().any(|other| other == name),
                "{path}: {name} in {names:?}"
            );
        }
        assert!(
            !names.iter().any(|name| name.contains("not visible")),
            "{path}: {names:?}"
        );
    };
    reaches("/shelves", &["Shelves", "Books", "Reviews"]);
    tab.go(&house.url("/shelves/new"));
    tab.eval("document.querySelector('#name').focus()");
    tab.type_text("Natural history");
    tab.leaves(|| tab.press("Enter"));
    let row = tab.text("location.pathname");
    assert!(
        row.starts_with("/shelves/") && row != "/shelves/new",
        "{row}"
    );
    reaches(
        "/books/new",
        &[
            "Title",
            "Summary (optional)",
            "Pages",
            "Price (optional)",
            "Read",
            "Stage",
            "Shelf",
        ],
    );

    // The question before a deletion opens with the keyboard, too.
    tab.go(&house.url(&row));
    tab.eval("document.querySelector('details summary').focus()");
    tab.press("Enter");
    tab.until("document.querySelector('details').open");
    tab.press("Tab");
    let button = "document.activeElement.closest('form')?.getAttribute('action') ?? ''";
    assert_eq!(tab.text(button), format!("{row}/delete"));
    tab.leaves(|| tab.press("Enter"));
    assert_eq!(tab.text("location.pathname"), "/shelves");
    house.close();
}
