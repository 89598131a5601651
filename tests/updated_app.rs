//! An app of the newest real release before this one, changed in every way, is updated over this release and those of
//! `update/releases.rs`. Then it is built, tested and started.
//!
//! This compiles an app with all its dependencies, which takes minutes the first time; `target/` keeps them:
//!
//! ```sh
//! cargo test -p hoglet --test updated_app
//! ```

#![cfg(unix)]

#[allow(dead_code, reason = "each test file uses its own part of it")]
#[path = "update/app.rs"]
mod app;
#[path = "update/child.rs"]
mod child;
#[path = "support/client.rs"]
mod client;
#[path = "support/generated.rs"]
mod generated;
#[path = "support/process.rs"]
mod process;
#[path = "update/releases.rs"]
mod releases;
#[allow(dead_code, reason = "each test file uses its own part of it")]
#[path = "update/users.rs"]
mod users;

use std::process::Command;

use app::App;
use client::Browser;
use process::Server;

#[test]
fn a_changed_app_works_after_an_update_over_every_release() {
    let _lock = generated::lock();
    let changes: Vec<&str> = releases::CHANGES.iter().map(|(name, _)| *name).collect();
    let app = App::at(generated::own_folder("updated").join(app::NAME), &changes);
    users::change(&app, users::EVERYTHING);
    let outcome = app.update("");
    assert_eq!(outcome.code, 0, "{outcome:?}");

    cargo(&app, &["fmt", "--check"]);
    let lints = ["--all-targets", "--", "--deny", "warnings"];
    cargo(&app, &[&["clippy", "--locked"], &lints[..]].concat());
    cargo(&app, &["test", "--locked"]);
    // The tests have built the program, too.
    serves_what_both_sides_added(&app);
}

fn cargo(app: &App, arguments: &[&str]) {
    generated::run(generated::cargo(&app.folder).args(arguments));
}

fn serves_what_both_sides_added(app: &App) {
    let mut command = Command::new(generated::target().join("debug").join(app::NAME));
    command
        .current_dir(&app.folder)
        .env_clear()
        .env("PORT", "0");
    let server = Server::start(&mut command);
    let browser = Browser::in_session(1);
    for (path, says) in [
        ("/", "Everything about hedgehogs"),
        ("/pricing", "12 leaves"),
        ("/imprint", "Imprint"),
        ("/login", "Prickle &amp; Co"),
    ] {
        let answer = browser.get(&server, path);
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["x-clacks-overhead"], "GNU Terry Pratchett");
        let page = answer.text().expect("text");
        assert!(page.contains(says), "{path} says {says}:\n{page}");
    }
    assert_eq!(
        browser.get(&server, "/burrito").status(),
        404,
        "the demo stays deleted"
    );
    let form = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", client::PASSWORD),
    ];
    let answer = browser.post(&server, "/signup", &form);
    assert_eq!(answer.status(), 303, "{}", server.log());
    let created = browser.post(&server, "/posts", &[("title", "A post after the update")]);
    assert_eq!(created.status(), 303);
    let page = browser.get(&server, "/posts").text().expect("text");
    assert!(page.contains("A post after the update"), "{page}");
    assert!(server.stop().success());
}
