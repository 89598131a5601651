//! `hoglet generate` in an app whose files its author has changed: it adds lines or prints them, and no other byte
//! changes.

#[path = "support/command.rs"]
mod command;

use std::fs;

use command::{Outcome, Sandbox};

const ROUTES: &str = "yard/src/routes.rs";

fn app() -> Sandbox {
    let sandbox = Sandbox::new();
    let made = sandbox.run("new --yes --no-git --json yard");
    assert_eq!(made.code, 0, "{made}");
    sandbox
}

impl Sandbox {
    #[track_caller]
    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} contains {from}:\n{text}");
        self.write(file, &text.replacen(from, to, 1));
    }

    #[track_caller]
    fn generate(&self, arguments: &str) -> Outcome {
        let outcome = self.run_in("yard", &format!("generate {arguments}"));
        assert_eq!(outcome.code, 0, "{arguments}: {outcome}");
        outcome
    }
}

/// The text that was inserted. The new text must still have every line of the old text, in the same order.
#[track_caller]
fn inserted(old: &str, new: &str) -> String {
    let mut added = String::new();
    let mut rest = old.split_inclusive('\n').peekable();
    for line in new.split_inclusive('\n') {
        if rest.peek() == Some(&line) {
            rest.next();
        } else {
            added += line;
        }
    }
    assert_eq!(rest.next(), None, "a line is gone or changed:\n{new}");
    added
}

#[test]
fn comments_and_blank_lines_stay_where_they_are() {
    let sandbox = app();
    sandbox.edit(
        ROUTES,
        "        .merge(FEATURES.routes())\n",
        "        // Our features bring their own; ( \" { are only text.\n        .merge(FEATURES.routes()) // the last one\n        /* nothing after it */\n",
    );
    sandbox.edit(
        ROUTES,
        "pub mod signup;\n",
        "pub mod signup; // the door\n\n// Ours, by hand.\n",
    );
    let before = sandbox.read(ROUTES);
    sandbox.generate("page about");
    let added = inserted(&before, &sandbox.read(ROUTES));
    assert!(added.contains("pub mod about;\n"), "{added}");
    assert!(added.contains(".get(\"/about\", about::show)\n"), "{added}");
    assert_eq!(sandbox.run_in("yard", "destroy page about").code, 0);
    assert_eq!(sandbox.read(ROUTES), before);
}

#[test]
fn a_chain_on_one_line_and_one_in_another_style_grow_at_their_end() {
    for table in [
        "    Routes::default().get(\"/\", home::show).merge(FEATURES.routes())\n",
        "    Routes::<AppState>::default()\n    .get(\"/\",home::show)\n      .merge(FEATURES . routes ( ))\n",
        "\tRoutes::default()\n\t\t.get(\"/\", home::show)\n\t\t.merge(FEATURES.routes())\n",
        "    return Routes::default().get(\"/\", home::show).merge(FEATURES.routes());\n",
    ] {
        let sandbox = app();
        let routes = sandbox.read(ROUTES);
        let (head, rest) = routes
            .split_once("Routes<AppState> {\n")
            .expect("the table");
        let (_, tail) = rest.split_once("\n}\n").expect("its end");
        let changed = format!("{head}Routes<AppState> {{\n{table}}}\n{tail}");
        sandbox.write(ROUTES, &changed);
        let outcome = sandbox.run_in("yard", "generate page about");
        let now = sandbox.read(ROUTES);
        match outcome.code {
            0 => {
                let call = now.find(".get(\"/about\"").expect("the route");
                assert!(call > now.find("FEATURES").expect("the features"), "{now}");
                let without: String = now.split_whitespace().collect();
                let without = without
                    .replace(".get(\"/about\",about::show)", "")
                    .replace("pubmodabout;", "");
                let expected: String = changed.split_whitespace().collect();
                assert_eq!(without, expected, "only space and the new lines differ");
            }
            1 => says_what_to_add(&outcome, "src/routes.rs", ".get(\"/about\", about::show)"),
            _ => panic!("{table}: {outcome}"),
        }
        sandbox.run_in("yard", "destroy page about");
        assert_eq!(sandbox.read(ROUTES), changed, "{table}");
    }
}

#[test]
fn files_with_crlf_keep_it() {
    let sandbox = app();
    let files = [
        ROUTES,
        "yard/src/models.rs",
        "yard/src/migrations.rs",
        "yard/src/posthog/events.rs",
        "yard/src/posthog/flags.rs",
        "yard/src/jobs.rs",
        "yard/src/settings.rs",
        "yard/.env.example",
        "yard/templates/base.html",
        "yard/tests/web/main.rs",
    ];
    for file in files {
        sandbox.write(file, &sandbox.read(file).replace('\n', "\r\n"));
    }
    let before = files.map(|file| sandbox.read(file));
    let commands = [
        "resource post title:string",
        "flag free-shipping",
        "job send_report user_id:uuid",
        "setting stripe_key",
    ];
    for command in commands {
        sandbox.generate(command);
    }
    for (file, before) in files.iter().zip(&before) {
        let now = sandbox.read(file);
        assert_eq!(
            now.matches('\n').count(),
            now.matches("\r\n").count(),
            "{file}:\n{now:?}"
        );
        assert_ne!(now, *before, "{file} grew");
        if !file.ends_with("flags.rs") && !file.ends_with("jobs.rs") {
            inserted(before, &now);
        }
    }
    for command in commands.iter().rev() {
        let words: Vec<&str> = command.split(' ').take(2).collect();
        let outcome = sandbox.run_in("yard", &format!("destroy {}", words.join(" ")));
        assert_eq!(outcome.code, 0, "{command}: {outcome}");
    }
    for (file, before) in files.iter().zip(&before) {
        assert_eq!(sandbox.read(file), *before, "{file}");
    }
}

#[test]
fn a_table_in_two_functions_grows_where_the_chain_is_or_says_what_to_add() {
    // `pages` still returns a chain.
    let sandbox = app();
    sandbox.edit(
        ROUTES,
        "        .merge(FEATURES.routes())\n}\n",
        "        .merge(FEATURES.routes())\n        .merge(more())\n}\n\nfn more() -> Routes<AppState> {\n    Routes::default().get(\"/more\", home::show)\n}\n",
    );
    let before = sandbox.read(ROUTES);
    sandbox.generate("page about");
    let now = sandbox.read(ROUTES);
    inserted(&before, &now);
    assert!(
        now.contains("        .merge(more())\n        .get(\"/about\", about::show)\n}\n"),
        "{now}"
    );

    // `pages` returns something else.
    let sandbox = app();
    sandbox.edit(ROUTES, "    Routes::default()\n        .get(\"/\", home::show)\n", "    account(Routes::default())\n}\n\nfn account(routes: Routes<AppState>) -> Routes<AppState> {\n    routes\n        .get(\"/\", home::show)\n");
    let before = sandbox.read(ROUTES);
    let outcome = sandbox.run_in("yard", "generate page about");
    assert_eq!(outcome.code, 1, "{outcome}");
    says_what_to_add(&outcome, "src/routes.rs", ".get(\"/about\", about::show)");
    // The rest is written.
    assert_eq!(
        inserted(&before, &sandbox.read(ROUTES)).trim(),
        "pub mod about;"
    );
    assert!(
        sandbox
            .read("yard/src/routes/about.rs")
            .contains("pub async fn show")
    );
    assert!(
        sandbox
            .read("yard/tests/web/main.rs")
            .contains("mod about;")
    );
    // `destroy` removes the lines that the command wrote.
    let outcome = sandbox.run_in("yard", "destroy page about");
    assert!(outcome.code <= 1, "{outcome}");
    assert_eq!(sandbox.read(ROUTES), before);
}

#[test]
fn a_file_that_does_not_parse_is_left_alone() {
    let sandbox = app();
    sandbox.edit(
        ROUTES,
        "pub fn pages() -> Routes<AppState> {",
        "pub fn pages( -> Routes<AppState> {",
    );
    let before = sandbox.read(ROUTES);
    let outcome = sandbox.run_in("yard", "generate resource post title:string");
    assert_eq!(outcome.code, 1, "{outcome}");
    assert_eq!(sandbox.read(ROUTES), before);
    says_what_to_add(&outcome, "src/routes.rs", "pub mod posts;");
    says_what_to_add(&outcome, "src/routes.rs", ".get(\"/posts\", posts::");
    let mut lines = before.lines();
    let above = lines.position(|line| line.starts_with("pub fn pages("));
    let mistake = format!("src/routes.rs, line {}", above.unwrap() + 1);
    assert!(
        outcome.to_string().contains(&mistake),
        "{mistake}: {outcome}"
    );
    assert!(
        sandbox
            .read("yard/src/routes/posts.rs")
            .contains("pub async fn")
    );
    assert!(sandbox.read("yard/src/models.rs").contains("pub mod post;"));
    assert!(
        sandbox
            .read("yard/src/posthog/events.rs")
            .contains("PostCreated")
    );
}

#[test]
fn an_app_that_does_not_compile_can_be_added_to() {
    let sandbox = app();
    sandbox.edit(ROUTES, "home::show", "nowhere::at_all(1, \"two\")");
    sandbox.edit(
        "yard/src/models.rs",
        "pub mod user;",
        "pub mod user;\npub mod not_there;",
    );
    sandbox.generate("resource post title:string");
    fs::remove_file(sandbox.path().join("yard/Cargo.lock")).expect("it was there");
    sandbox.generate("page about");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let sandbox = app();
    fs::remove_file(sandbox.path().join("yard/src/posthog/events.rs")).expect("it was there");
    let outcome = sandbox.run_in("yard", "generate event order_placed");
    assert_eq!(outcome.code, 1, "{outcome}");
    says_what_to_add(
        &outcome,
        "src/posthog/events.rs",
        "\"order_placed\" => OrderPlaced",
    );
}

#[test]
fn lines_of_the_author_after_ours_stay_when_ours_go() {
    let sandbox = app();
    let before = sandbox.read(ROUTES);
    sandbox.generate("page about");
    let with_about = sandbox.read(ROUTES);
    let end = with_about.find("\n}\n").expect("the end of the table");
    let mut with_mine = with_about.clone();
    with_mine.insert_str(
        end,
        "\n        // Mine.\n        .get(\"/mine\", home::show)",
    );
    sandbox.write(ROUTES, &with_mine);
    sandbox.generate("page imprint");
    let with_imprint = sandbox.read(ROUTES);
    inserted(&with_mine, &with_imprint);
    let mine = with_imprint.find("/mine").expect("mine");
    assert!(
        with_imprint.find("\"/imprint\"").expect("the new one") > mine,
        "{with_imprint}"
    );
    assert_eq!(sandbox.run_in("yard", "destroy page about").code, 0);
    assert_eq!(sandbox.run_in("yard", "destroy page imprint").code, 0);
    let now = sandbox.read(ROUTES);
    assert_eq!(
        inserted(&before, &now),
        "        // Mine.\n        .get(\"/mine\", home::show)\n"
    );
}

#[test]
fn a_navigation_without_its_links_is_left_alone() {
    let sandbox = app();
    sandbox.write(
        "yard/templates/base.html",
        "<html>{% block main %}{% endblock %}</html>\n",
    );
    let outcome = sandbox.run_in("yard", "generate resource post title:string");
    assert_eq!(outcome.code, 1, "{outcome}");
    says_what_to_add(&outcome, "templates/base.html", "href=\"/posts\"");
    assert_eq!(
        sandbox.read("yard/templates/base.html"),
        "<html>{% block main %}{% endblock %}</html>\n"
    );
}

#[track_caller]
fn says_what_to_add(outcome: &Outcome, file: &str, text: &str) {
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    let named = format!("{file}, line ");
    let (_, rest) = said
        .split_once(&named)
        .unwrap_or_else(|| panic!("{file} and a line are named: {outcome}"));
    assert!(
        rest.starts_with(|c: char| c.is_ascii_digit()),
        "a line: {outcome}"
    );
    assert!(said.contains(text), "`{text}` is what to add: {outcome}");
}
