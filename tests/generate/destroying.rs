//! `hoglet destroy` removes everything that `hoglet generate` wrote, and nothing else.

use insta::assert_snapshot;

use crate::shell::{EVENTS, JOURNAL, app, assert_clean, command, done, hoglet, json, status};

/// A command of each kind. The migrations come first, oldest first.
const PARTS: &[&str] = &[
    "resource post title:string:search 'body:text?' 'status:enum(draft,published):index'",
    "resource comment body:text post:references --public",
    "model tag label:string:unique",
    "migration add_price_to_posts 'price:decimal(10,2)'",
    "page about",
    "event order_placed item_count:integer",
    "event order_cancelled",
    "flag free-shipping",
    "experiment headline control,bold",
    "job send_report user_id:uuid",
    "schedule cleanup '0 3 * * *'",
    "mail welcome",
    "mail farewell",
    "setting stripe_key",
];

const MIGRATIONS: usize = 4;

/// `resource post` for `resource post title:string`.
fn kind_and_name(part: &str) -> String {
    let words: Vec<&str> = part.split(' ').take(2).collect();
    words.join(" ")
}

#[test]
fn every_kind_alone_leaves_no_trace() {
    let sandbox = app();
    for part in PARTS {
        // There are no posts here.
        let part = part.replace(" post:references", "");
        let part = part.replace("_to_posts", "_to_users");
        done(&sandbox, &format!("generate {part}"));
        assert_ne!(status(&sandbox), "", "{part}");
        done(&sandbox, &format!("destroy {}", kind_and_name(&part)));
        assert_clean(&sandbox, &part);
    }
}

#[test]
fn all_kinds_together_leave_no_trace_in_any_order() {
    let sandbox = app();
    let parts: Vec<String> = PARTS.iter().map(|part| kind_and_name(part)).collect();
    // The newest migration is destroyed first: one that another follows would stay, and be reverted.
    let (with_migration, others) = parts.split_at(MIGRATIONS);
    let newest_first: Vec<&String> = with_migration.iter().rev().collect();
    let orders: [Vec<&String>; 3] = [
        parts.iter().rev().collect(),
        others.iter().chain(newest_first.clone()).collect(),
        newest_first
            .into_iter()
            .chain(others.iter().skip(3))
            .chain(others.iter().take(3))
            .collect(),
    ];
    for order in orders {
        for part in PARTS {
            done(&sandbox, &format!("generate {part}"));
        }
        for part in order {
            done(&sandbox, &format!("destroy {part}"));
        }
        assert_clean(&sandbox, "all of them");
    }
}

#[test]
fn an_edited_file_is_kept_until_it_is_forced() {
    let sandbox = app();
    done(&sandbox, "g page about");
    let edited = sandbox.read("hedge/src/routes/about.rs") + "// mine\n";
    sandbox.write("hedge/src/routes/about.rs", &edited);
    let outcome = hoglet(&sandbox, "destroy page about");
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains("Changed by hand"), "{outcome}");
    assert_eq!(sandbox.read("hedge/src/routes/about.rs"), edited);
    assert!(!sandbox.path().join("hedge/templates/about.html").exists());

    let (code, report) = json(&sandbox, "destroy page about");
    assert_eq!(code, 1);
    assert_eq!(report["kept"], serde_json::json!(["src/routes/about.rs"]));
    done(&sandbox, "destroy page about --force");
    assert_clean(&sandbox, "page about");
}

#[test]
fn lines_of_other_indentation_are_found_and_edited_ones_are_kept() {
    let sandbox = app();
    let before = sandbox.read(EVENTS);
    done(&sandbox, "g event order_placed");
    let indented = sandbox
        .read(EVENTS)
        .replace("    \"order_placed\"", "\t\"order_placed\"");
    sandbox.write(EVENTS, &indented);
    done(&sandbox, "destroy event order_placed");
    assert_eq!(sandbox.read(EVENTS), before);

    done(&sandbox, "g event order_placed");
    let edited = sandbox
        .read(EVENTS)
        .replace("OrderPlaced {}", "OrderPlaced { count: u64 }");
    sandbox.write(EVENTS, &edited);
    let (code, report) = json(&sandbox, "destroy event order_placed");
    assert_eq!(code, 1);
    assert_eq!(report["by_hand"][0]["file"], "src/posthog/events.rs");
    assert_eq!(sandbox.read(EVENTS), edited);
    assert!(sandbox.read(JOURNAL).contains("order_placed"));
    // With --force the journal forgets the lines, because the user may want to keep them.
    let (code, _) = json(&sandbox, "destroy event order_placed --force");
    assert_eq!(code, 1);
    let status = status(&sandbox);
    assert!(!status.contains("generated.toml") || !sandbox.read(JOURNAL).contains("order_placed"));
}

#[test]
fn a_dry_run_takes_nothing_out() {
    let sandbox = app();
    done(&sandbox, "g page about");
    let before = sandbox.everything();
    let diff = done(&sandbox, "destroy page about --dry-run");
    assert!(diff.contains("+++ /dev/null"), "{diff}");
    assert_eq!(sandbox.everything(), before);
    sandbox.write("diff", &diff);
    sandbox.git("hedge", "apply ../diff");
    assert_clean(&sandbox, "the diff");
}

#[test]
fn a_part_that_was_not_generated_is_not_found() {
    let sandbox = app();
    done(&sandbox, "g event order_placed");
    let outcome = sandbox.refused_outcome(&mut command(&sandbox, "destroy event order_cancelled"));
    assert_snapshot!(outcome, @r"
    error: `order_cancelled`: `hoglet generate` wrote no event of this name here; it wrote `order_placed`
    exit code 2
    ");
}

#[test]
fn an_app_without_a_journal_begins_one() {
    let sandbox = app();
    sandbox.git("hedge", "rm -r --quiet --force --ignore-unmatch .hoglet");
    sandbox.git("hedge", "commit --allow-empty --quiet -m older");
    done(&sandbox, "g event order_placed");
    assert!(
        sandbox
            .read(JOURNAL)
            .starts_with("# The parts that `hoglet generate` wrote")
    );
    done(&sandbox, "destroy event OrderPlaced");
    assert_clean(&sandbox, "event");
    assert!(!sandbox.path().join("hedge/.hoglet").exists());
}

#[test]
fn a_journal_that_is_not_understood_stops_everything() {
    let sandbox = app();
    sandbox.write(JOURNAL, "version = 2\n");
    let said = |words: &str| {
        sandbox
            .refused_outcome(&mut command(&sandbox, words))
            .to_string()
    };
    let refused = said("g event order_placed");
    assert_snapshot!(refused, @r"
    error: `.hoglet/generated.toml` could not be read (line 1: unknown field `version`, expected `generated`); correct it, or restore it from git
    exit code 1
    ");
    assert_eq!(said("destroy event order_placed"), refused);
}

#[test]
fn a_table_that_others_need_is_not_destroyed() {
    let sandbox = app();
    done(&sandbox, "g model post title:string");
    done(&sandbox, "g model comment body:text post:references");
    let outcome = sandbox.refused_outcome(&mut command(&sandbox, "destroy model post"));
    assert_snapshot!(outcome, @r"
    error: model post is needed by `model comment`; destroy that first, or add --force
    exit code 1
    ");
}

#[test]
fn a_migration_that_may_have_run_is_reverted_by_another() {
    for (follower, option) in [
        (Some("g model tag label:string"), ""),
        (None, " --migrated"),
    ] {
        let sandbox = app();
        done(&sandbox, "g model post title:string");
        if let Some(follower) = follower {
            done(&sandbox, follower);
        }
        let list = sandbox.read("hedge/src/migrations.rs");
        done(&sandbox, &format!("destroy model post{option}"));
        let with_revert = sandbox.read("hedge/src/migrations.rs");
        assert!(
            with_revert.contains("_create_posts::Migration"),
            "{with_revert}"
        );
        assert!(
            with_revert.contains("_drop_posts::Migration"),
            "{with_revert}"
        );
        assert!(with_revert.len() > list.len());
        let made = status(&sandbox);
        let path = made.lines().find(|line| line.ends_with("_drop_posts.rs"));
        let path = path
            .and_then(|line| line.split(' ').next_back())
            .expect("a migration");
        let migration = sandbox.read(&format!("hedge/{path}"));
        assert!(
            migration.contains("Reverted.down(manager).await"),
            "{migration}"
        );
        assert!(!sandbox.path().join("hedge/src/models/post.rs").exists());
    }
}

#[test]
fn a_migration_that_has_not_run_is_deleted() {
    let sandbox = app();
    done(&sandbox, "g model post title:string");
    let (code, report) = json(&sandbox, "destroy model post");
    assert_eq!(code, 0);
    let next = report["next"][0].as_str().expect("a sentence");
    assert!(next.contains("--migrated"), "{next}");
    assert_clean(&sandbox, "model post");
}

#[test]
fn the_demo_is_a_part_of_every_new_app() {
    let sandbox = app();
    let said = done(&sandbox, "destroy demo");
    let note =
        "If m20261121_143400_create_burritos has run, its changes are still in the database.";
    assert!(said.contains(note), "{said}");
    for folder in ["src/demo", "templates/demo", "tests/web/demo", ".hoglet"] {
        assert!(
            !sandbox.path().join("hedge").join(folder).exists(),
            "{folder}"
        );
    }
    let features = sandbox.read("hedge/src/features.rs");
    assert!(features.contains("Features(&[]);"), "{features}");
    assert!(
        features.contains("AFTER_LOG_IN: &str = \"/profile\";"),
        "{features}"
    );
    assert!(!sandbox.read("hedge/src/lib.rs").contains("demo"));
}
