//! The files, messages and refusals of `hoglet generate`.

use std::fs;

use insta::assert_snapshot;

use crate::command::Sandbox;
use crate::shell::{EVENTS, JOURNAL, app, assert_clean, command, done, hoglet, json, status};

#[test]
fn an_event_is_an_entry_of_the_tracking_plan() {
    let sandbox = app();
    let said = done(
        &sandbox,
        "generate event order_placed item_count:integer note:string?",
    );
    assert_snapshot!(said.trim(), @r"
    event order_placed

        changed  .hoglet/generated.toml
        changed  src/posthog/events.rs

      Capture it in a handler: visit.posthog.capture(crate::posthog::events::OrderPlaced { item_count, note })
    ");
    let added = sandbox.git("hedge", "diff --unified=0 src/posthog/events.rs");
    let added: Vec<&str> = added.lines().skip(5).collect();
    assert_snapshot!(added.join("\n"), @r#"
    +
    +    /// An order was placed.
    +    "order_placed" => OrderPlaced { item_count: i32, note: Option<String> },
    "#);
    // A second event of this name is refused, in any spelling.
    let outcome = sandbox.refused_outcome(&mut command(&sandbox, "g event OrderPlaced"));
    assert_snapshot!(outcome, @r"
    error: `order_placed`: `hoglet generate event order_placed` has run here already; take it out first: hoglet destroy event order_placed
    exit code 2
    ");
}

#[test]
fn it_works_anywhere_in_the_app_while_the_app_does_not_compile() {
    let sandbox = app();
    sandbox.write("hedge/src/routes/home.rs", "fn broken( {");
    sandbox.write("hedge/src/lib.rs", "this is no Rust");
    let outcome = sandbox.run_in("hedge/src/routes", "g flag free-shipping");
    assert_eq!(outcome.code, 0, "{outcome}");
    let flags = sandbox.read("hedge/src/posthog/flags.rs");
    assert!(flags.contains("Flag::new(\"free-shipping\")"), "{flags}");

    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.refused("generate page about"), @r"
    error: `[here]` is in no app made by hoglet (there is no .hoglet.toml); change into an app's folder, or make one with `hoglet new my-app`
    exit code 1
    ");
}

#[test]
fn a_dry_run_prints_a_diff_that_git_can_apply() {
    let sandbox = app();
    let before = sandbox.everything();
    let diff = done(&sandbox, "g event order_placed --dry-run");
    let (code, report) = json(&sandbox, "g event order_placed --dry-run");
    assert_eq!((code, &report["dry_run"]), (0, &true.into()));
    assert_eq!(report["diff"], diff);
    assert_eq!(sandbox.everything(), before);

    sandbox.write("diff", &diff);
    sandbox.git("hedge", "apply ../diff");
    let by_diff = (sandbox.read(EVENTS), sandbox.read(JOURNAL));
    sandbox.git("hedge", "checkout .");
    sandbox.git("hedge", "clean --force -d --quiet");
    assert_clean(&sandbox, "git clean");
    done(&sandbox, "g event order_placed");
    assert_eq!((sandbox.read(EVENTS), sandbox.read(JOURNAL)), by_diff);
}

#[test]
fn json_is_one_object() {
    let sandbox = app();
    let (code, report) = json(&sandbox, "g flag free-shipping");
    assert_eq!(code, 0);
    assert_snapshot!(serde_json::to_string_pretty(&report).expect("JSON"), @r#"
    {
      "by_hand": [],
      "changed": [
        ".hoglet/generated.toml",
        "src/posthog/flags.rs"
      ],
      "conflicts": [],
      "created": [],
      "deleted": [],
      "dry_run": false,
      "kept": [],
      "next": [
        "Create the flag `free-shipping` in PostHog",
        "Read it in a handler: posthog.flags().await.is_enabled(&crate::posthog::flags::FREE_SHIPPING)"
      ],
      "part": "flag free_shipping"
    }
    "#);
}

#[test]
fn a_file_that_differs_is_a_conflict_before_anything_is_written() {
    let sandbox = app();
    sandbox.write("hedge/src/routes/about.rs", "mine");
    sandbox.write("hedge/tests/web/about.rs", "mine");
    let outcome = sandbox.refused_outcome(&mut command(&sandbox, "g page about"));
    assert_snapshot!(outcome, @r"
    error: `src/routes/about.rs` and `tests/web/about.rs` would lose your changes; write over them with --force
    exit code 1
    ");
    let before = status(&sandbox);
    let (code, report) = json(&sandbox, "g page about");
    assert_eq!(code, 1);
    let conflicts = serde_json::json!(["src/routes/about.rs", "tests/web/about.rs"]);
    assert_eq!(report["conflicts"], conflicts);
    assert_eq!(status(&sandbox), before);

    done(&sandbox, "g page about --force");
    assert_ne!(sandbox.read("hedge/src/routes/about.rs"), "mine");
    done(&sandbox, "destroy page about");
    assert_clean(&sandbox, "page about");
}

#[test]
fn an_identical_file_is_no_conflict() {
    let sandbox = app();
    let handler = "hedge/src/routes/about.rs";
    done(&sandbox, "g page about");
    let code = sandbox.read(handler);
    done(&sandbox, "destroy page about");
    sandbox.write(handler, &code.replace('\n', "\r\n"));
    let (_, report) = json(&sandbox, "g page about");
    let created = report["created"].as_array().expect("a list");
    assert!(
        !created.contains(&"src/routes/about.rs".into()),
        "{report:#}"
    );
    done(&sandbox, "destroy page about");
    assert_clean(&sandbox, "page about");
}

#[test]
fn what_has_another_shape_is_left_to_the_user() {
    let sandbox = app();
    let routes = sandbox.read("hedge/src/routes.rs");
    let split = routes.replace("    Routes::default()\n", "    first()\n")
        + "\nfn first() -> Routes<AppState> {\n    Routes::default()\n}\n";
    assert_ne!(split, routes);
    sandbox.write("hedge/src/routes.rs", &split);
    let outcome = hoglet(&sandbox, "g page about");
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains("Left to do by hand"), "{outcome}");
    assert!(
        outcome.stdout.contains(".get(\"/about\", about::show)"),
        "{outcome}"
    );
    assert!(sandbox.path().join("hedge/templates/about.html").exists());
    let routes = sandbox.read("hedge/src/routes.rs");
    assert!(
        routes.contains("pub mod about;") && !routes.contains("\"/about\""),
        "{routes}"
    );

    // The command asked the user to add a line. `destroy` works with and without it.
    for line in ["", "        .get(\"/about\", about::show)\n"] {
        let with = sandbox.read("hedge/src/routes.rs");
        let with = with.replace("    first()\n", &format!("    first()\n{line}"));
        sandbox.write("hedge/src/routes.rs", &with);
        done(&sandbox, "destroy page about");
        assert_eq!(sandbox.read("hedge/src/routes.rs"), split);
        hoglet(&sandbox, "g page about");
    }
}

#[test]
fn a_file_that_does_not_parse_or_is_missing_is_left_to_the_user() {
    let sandbox = app();
    sandbox.write("hedge/src/routes.rs", "pub fn pages( {");
    fs::remove_file(sandbox.path().join("hedge/tests/web/main.rs")).expect("it was there");
    let (code, report) = json(&sandbox, "g page about");
    assert_eq!(code, 1);
    let by_hand = report["by_hand"].as_array().expect("a list");
    let files: Vec<&str> = by_hand
        .iter()
        .filter_map(|item| item["file"].as_str())
        .collect();
    assert!(files.contains(&"src/routes.rs"), "{report:#}");
    assert!(files.contains(&"tests/web/main.rs"), "{report:#}");
    assert_eq!(sandbox.read("hedge/src/routes.rs"), "pub fn pages( {");
    assert!(sandbox.path().join("hedge/src/routes/about.rs").exists());
}

#[test]
fn line_ends_stay_as_they_are() {
    let sandbox = app();
    let windows = sandbox.read(EVENTS).replace('\n', "\r\n");
    sandbox.write(EVENTS, &windows);
    done(&sandbox, "g event order_placed");
    let events = sandbox.read(EVENTS);
    assert!(events.contains("\"order_placed\""), "{events}");
    assert_eq!(events.matches('\n').count(), events.matches("\r\n").count());
    assert!(!sandbox.read(JOURNAL).contains('\r'));
    done(&sandbox, "destroy event order_placed");
    assert_eq!(sandbox.read(EVENTS), windows);
}

#[test]
fn new_code_is_formatted_as_the_app_wants_it() {
    let sandbox = app();
    let said = done(&sandbox, "g page about");
    assert!(!said.contains("cargo fmt"), "{said}");
    sandbox.write("hedge/rustfmt.toml", "hard_tabs = true\n");
    done(&sandbox, "g page team");
    let [about, team] =
        ["about", "team"].map(|page| sandbox.read(&format!("hedge/src/routes/{page}.rs")));
    assert!(
        about.contains("\n    ") && team.contains("\n\t"),
        "{about}{team}"
    );

    let nothing = tempfile::tempdir().expect("a temporary folder");
    let mut generate = command(&sandbox, "g page imprint");
    let outcome = sandbox.outcome(
        generate
            .env("PATH", nothing.path())
            .env_remove("RUSTUP_TOOLCHAIN"),
    );
    assert_eq!(outcome.code, 0, "{outcome}");
    let said = "cargo fmt    # The new files are not formatted: rustfmt is not installed";
    assert!(outcome.stdout.contains(said), "{outcome}");
}

#[test]
fn the_templates_can_be_changed() {
    let sandbox = app();
    let said = done(&sandbox, "generate --eject flag");
    assert!(
        said.contains(".hoglet/templates/flag/entry.liquid"),
        "{said}"
    );
    let own = "hedge/.hoglet/templates/flag/entry.liquid";
    let embedded = sandbox.read(own);
    sandbox.write(own, &format!("/// Mine.\n{embedded}"));
    let outcome = sandbox.refused_outcome(&mut command(&sandbox, "generate --eject flag"));
    assert_snapshot!(outcome, @r"
    error: `.hoglet/templates/flag/entry.liquid` would lose your changes; write over them with --force
    exit code 1
    ");
    done(&sandbox, "g flag free-shipping");
    let flags = sandbox.read("hedge/src/posthog/flags.rs");
    assert!(flags.contains("/// Mine.\n"), "{flags}");

    sandbox.write(own, "/// {{ nam.title }}\n");
    let outcome = sandbox.refused_outcome(&mut command(&sandbox, "g flag other"));
    assert_snapshot!(outcome, @r"
    error: `.hoglet/templates/flag/entry.liquid`, line 1: Unknown variable `nam`; correct it, or delete the file to use Hoglet's own template
    exit code 1
    ");
    done(&sandbox, "generate --eject flag --force");
    assert_eq!(sandbox.read(own), embedded);
}

#[test]
fn every_kind_is_listed_and_typing_mistakes_are_understood() {
    let sandbox = Sandbox::new();
    let list = sandbox.run("generate --list");
    assert_eq!(list.code, 0);
    assert_eq!(
        list.stdout.matches("hoglet generate ").count(),
        11,
        "{list}"
    );
    let said = |words: &str| {
        let outcome = sandbox.refused(words);
        assert_eq!(outcome.code, 2);
        let tip = outcome.stderr.lines().find(|line| line.contains("tip:"));
        tip.unwrap_or(&outcome.stderr).trim().to_owned()
    };
    let mut tips = String::new();
    for words in [
        "generate scaffold post",
        "generate controller about",
        "g pgae about",
        "g resuorce post",
        "g mailer welcome",
        "rm page about",
        "remove page about",
        "destory page about",
        "destroy controller about",
        "genreate page about",
    ] {
        tips += &format!("{words}: {}\n", said(words));
    }
    assert_snapshot!(tips, @r"
    generate scaffold post: tip: a similar value exists: 'resource'
    generate controller about: tip: a similar value exists: 'page'
    g pgae about: tip: a similar value exists: 'page'
    g resuorce post: tip: a similar value exists: 'resource'
    g mailer welcome: tip: a similar value exists: 'mail'
    rm page about: tip: a similar subcommand exists: 'destroy'
    remove page about: tip: a similar subcommand exists: 'destroy'
    destory page about: tip: a similar subcommand exists: 'destroy'
    destroy controller about: tip: a similar value exists: 'page'
    genreate page about: tip: a similar subcommand exists: 'generate'
    ");
}

#[test]
fn wrong_arguments_are_refused_with_the_reason() {
    let sandbox = app();
    let mut refused = String::new();
    for words in [
        "g event",
        "g page about title:string",
        "g page about --public",
        "g flag one --plural many",
        "g event 1st",
        "g event fine field",
        "g event fine field:strin",
        "g event fine one:string one:text",
        "g event user_signed_up",
        "destroy page",
        "destroy page nothing",
        "g event fine --list",
    ] {
        let outcome = sandbox.refused_outcome(&mut command(&sandbox, words));
        assert_eq!(outcome.code, 2, "{words}: {outcome}");
        let first = outcome.stderr.lines().next().unwrap_or_default();
        refused += &format!("{words}\n  {first}\n");
    }
    assert_snapshot!(refused, @r"
    g event
      error: the following required arguments were not provided:
    g page about title:string
      error: `title:string`: a page has a name and nothing else; leave it out
    g page about --public
      error: `--public`: the rows of a page have no owner; leave it out
    g flag one --plural many
      error: `--plural`: a flag has no plural; leave it out
    g event 1st
      error: `1st`: it begins with a digit; choose another name
    g event fine field
      error: the field `field`: it has no type; write it as in `field:string`
    g event fine field:strin
      error: the field `field:strin`: there is no type `strin`; the types are string, text, integer, bigint, float, decimal(P,S), boolean, date, datetime, uuid, json, email, url, enum(a,b), references
    g event fine one:string one:text
      error: the field `one:text`: there are two fields of this name (`One` in CamelCase)
    g event user_signed_up
      error: `user_signed_up`: the app has an event of this name; choose another name
    destroy page
      error: the following required arguments were not provided:
    destroy page nothing
      error: `nothing`: `hoglet generate` wrote no page of this name here; the journal .hoglet/generated.toml has no page at all
    g event fine --list
      error: the argument '[KIND]' cannot be used with '--list'
    ");
}
