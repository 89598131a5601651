//! Names and fields for `hoglet generate`: each is refused with its reason, or the app compiles with it.
//!
//! The last test compiles one app with all odd names that were accepted, which takes minutes the first time.

#[path = "support/command.rs"]
mod command;
#[path = "support/generated.rs"]
mod generated;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use command::{Outcome, Sandbox};
use hoglet::generate::field::Field;
use hoglet::generate::name::Name;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// Keywords of Rust, also those of the future and those that mean something in a few places only.
const RUST: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "raw",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Reserved words of PostgreSQL and SQLite, and names that columns have by themselves.
const SQL: &[&str] = &[
    "all",
    "analyze",
    "and",
    "any",
    "array",
    "asc",
    "between",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "current_date",
    "current_time",
    "current_user",
    "ctid",
    "default",
    "deferrable",
    "delete",
    "desc",
    "distinct",
    "drop",
    "end",
    "except",
    "exists",
    "fetch",
    "foreign",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "index",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "key",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "natural",
    "not",
    "null",
    "offset",
    "oid",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "primary",
    "references",
    "right",
    "rowid",
    "select",
    "session_user",
    "set",
    "similar",
    "some",
    "table",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "transaction",
    "unique",
    "update",
    "user",
    "using",
    "values",
    "view",
    "when",
    "window",
    "with",
    "xmin",
];

/// Names that generated code, SeaORM, a form, an address or a template may use itself.
const OURS: &[&str] = &[
    "action",
    "active_model",
    "after",
    "app",
    "before",
    "block",
    "clone",
    "column_type",
    "context",
    "csrf",
    "database",
    "day",
    "delete_one",
    "display",
    "distinct_id",
    "edit",
    "email",
    "entity",
    "error",
    "errors",
    "event",
    "extends",
    "field",
    "fields",
    "find",
    "find_by_id",
    "flash",
    "form",
    "form_errors",
    "here",
    "html",
    "http",
    "input",
    "insert_one",
    "items",
    "label",
    "length",
    "list",
    "listing",
    "model",
    "modifier",
    "name",
    "new",
    "next",
    "none",
    "number",
    "of",
    "option",
    "options",
    "owner",
    "page",
    "page_number",
    "person",
    "posthog",
    "prelude",
    "properties",
    "q",
    "query",
    "relation",
    "result",
    "row",
    "rows",
    "search",
    "serialize",
    "show",
    "sort",
    "state",
    "string",
    "text",
    "title",
    "token",
    "url",
    "users",
    "uuid",
    "validate",
    "value",
    "vec",
    "visit",
    "visitor",
];

/// Names of resources that look like something else, or that have an odd plural.
const RESOURCES: &[&str] = &[
    "series",
    "news",
    "data",
    "person",
    "quiz",
    "OrderLine",
    "status",
    "option",
    "result",
    "string",
    "box",
    "vec",
    "page",
    "form",
    "visit",
    "event",
    "error",
    "test",
    "support",
    "model",
    "entity",
    "relation",
    "state",
    "select",
    "index",
    "default",
    "serde",
    "uuid",
    "time",
    "axum",
    "std",
    "app",
    "job",
    "session",
    "token",
    "user",
    "profile",
    "new",
    "edit",
    "id",
    "mod",
    "main",
    "prelude",
    "input",
    "value",
    "none",
    "type",
    "self",
    "crate",
    "i32",
    "fn",
    "some",
    "iterator",
    "send",
    "livez",
    "burrito",
    "accounts",
    "about_user",
    "posthog",
];

fn app(sandbox: &Sandbox) {
    let made = sandbox.run("new --yes --no-git --json yard");
    assert_eq!(made.code, 0, "{made}");
}

/// Tries a command without writing. Returns whether it is accepted, after checks of the refusal.
#[track_caller]
fn accepts(sandbox: &Sandbox, arguments: &[&str]) -> bool {
    let outcome = try_out(sandbox, arguments);
    match outcome.code {
        0 => true,
        2 => {
            let reason = outcome.stderr.trim_end();
            assert!(reason.starts_with("error: "), "{arguments:?}: {reason}");
            assert!(reason.len() > 20, "{arguments:?}: {reason}");
            assert!(
                !reason.chars().any(|c| c.is_control() && c != '\n'),
                "{arguments:?}: {reason:?}"
            );
            assert_eq!(outcome.stdout, "", "{arguments:?}");
            false
        }
        _ => panic!("{arguments:?}: {outcome}"),
    }
}

fn try_out(sandbox: &Sandbox, arguments: &[&str]) -> Outcome {
    let mut command = sandbox.command("generate --dry-run");
    command
        .args(arguments)
        .current_dir(sandbox.path().join("yard"));
    sandbox.outcome(&mut command)
}

fn field(name: &str) -> String {
    format!("{name}:string")
}

#[test]
fn a_refusal_names_the_field_and_its_reason_and_writes_nothing() {
    let sandbox = Sandbox::new();
    app(&sandbox);
    let sixty_one_letters = field(&"a".repeat(64));
    let before = sandbox.everything();
    let refused: &[(&[&str], &str)] = &[
        (&["resource", "post"], "field"),
        (&["resource", ""], ""),
        (&["resource", "1post", "title:string"], "1post"),
        (&["resource", "po st", "title:string"], "po st"),
        (
            &["resource", "post/../../x", "title:string"],
            "post/../../x",
        ),
        (&["resource", "été", "title:string"], "été"),
        (&["resource", "🦔", "title:string"], "🦔"),
        (&["resource", "user", "title:string"], "user"),
        (&["resource", "session", "title:string"], "session"),
        (&["resource", "profile", "title:string"], "profile"),
        (&["resource", "post", "title"], "title"),
        (&["resource", "post", "title:"], "title"),
        (&["resource", "post", ":string"], ":string"),
        (&["resource", "post", "title:sting"], "sting"),
        (&["resource", "post", "title:string", "title:text"], "title"),
        (&["resource", "post", "title:string", "Title:text"], "title"),
        (
            &["resource", "post", "author:references", "author_id:uuid"],
            "author",
        ),
        (&["resource", "post", "id:uuid"], "id"),
        (&["resource", "post", "created_at:datetime"], "created_at"),
        (&["resource", "post", "updated_at:datetime"], "updated_at"),
        (&["resource", "post", "user_id:uuid"], "user_id"),
        (&["resource", "post", "self:string"], "self"),
        (&["resource", "post", "title:string:uniqe"], "uniqe"),
        (&["resource", "post", "title:string??"], "title"),
        (
            &["resource", "post", "title:string:unique:unique"],
            "unique",
        ),
        (&["resource", "post", "kind:enum"], "kind"),
        (&["resource", "post", "kind:enum()"], "kind"),
        (&["resource", "post", "kind:enum(a,a)"], "kind"),
        (&["resource", "post", "kind:enum(a,A)"], "kind"),
        (&["resource", "post", "kind:enum(a b,c)"], "kind"),
        (&["resource", "post", "kind:enum(é)"], "kind"),
        (&["resource", "post", "kind:enum(a"], "kind"),
        (&["resource", "post", "price:decimal"], "price"),
        (&["resource", "post", "price:decimal(0,0)"], "price"),
        (&["resource", "post", "price:decimal(2,3)"], "price"),
        (&["resource", "post", "price:decimal(99,2)"], "price"),
        (&["resource", "post", "price:decimal(-1,2)"], "price"),
        (&["resource", "post", "title:string(3)"], "title"),
        (&["resource", "post", "nothing:references"], "nothing"),
        (&["resource", "post", "x:references(nothing)"], "nothing"),
        (&["resource", "post", "done:boolean:search"], "done"),
        (&["resource", "post", &sixty_one_letters], "aaaa"),
        (&["event", "user_signed_up"], "user_signed_up"),
        (&["page", "profile"], "profile"),
        (&["page", "log in"], "log in"),
        (&["flag", ""], ""),
        (&["experiment", "headline"], "headline"),
        (&["experiment", "headline", "control,control"], "control"),
        (&["schedule", "cleanup", "every day"], "every day"),
        (&["schedule", "cleanup", "99 3 * * *"], "99"),
        (&["schedule", "cleanup"], "cleanup"),
        (&["job", "mod", "user_id:uuid"], "mod"),
        (&["setting", "secret_key"], "SECRET_KEY"),
        (&["setting", "switches"], "switches"),
        (&["nonsense", "post"], "nonsense"),
    ];
    for (arguments, named) in refused {
        let mut command = sandbox.command("generate");
        command
            .args(*arguments)
            .current_dir(sandbox.path().join("yard"));
        let outcome = sandbox.outcome(&mut command);
        assert_eq!(outcome.code, 2, "{arguments:?}: {outcome}");
        assert!(
            outcome.stderr.starts_with("error: "),
            "{arguments:?}: {outcome}"
        );
        let lower = outcome.stderr.to_lowercase();
        assert!(
            lower.contains(&named.to_lowercase()),
            "{arguments:?} names {named}: {outcome}"
        );
    }
    assert_eq!(sandbox.everything(), before, "nothing was written");
}

#[test]
fn a_name_that_is_taken_by_an_earlier_command_is_refused() {
    let sandbox = Sandbox::new();
    app(&sandbox);
    for arguments in [
        "generate resource post title:string",
        "generate event order_placed",
        "generate flag free-shipping",
        "generate job send_report",
        "generate page about",
        "generate mail welcome",
        "generate setting stripe_key",
        "generate model shelf label:string",
    ] {
        let outcome = sandbox.run_in("yard", arguments);
        assert_eq!(outcome.code, 0, "{arguments}: {outcome}");
    }
    for arguments in [
        &["resource", "post", "body:text"][..],
        &["resource", "Post", "body:text"],
        &["model", "post", "body:text"],
        &["page", "posts"],
        &["event", "post_created"],
        &["event", "order_placed"],
        &["flag", "free_shipping"],
        &["experiment", "free-shipping", "control,bold"],
        &["job", "SendReport"],
        &["schedule", "send_report", "0 3 * * *"],
        &["page", "about"],
        &["resource", "about", "body:text", "--plural", "about"],
        &["mail", "welcome"],
        &["setting", "STRIPE_KEY"],
        &["resource", "shelf", "label:string"],
        &["migration", "create_posts", "label:string"],
    ] {
        assert!(!accepts(&sandbox, arguments), "{arguments:?} is taken");
    }
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../tests/generator_names.proptest-regressions"
        )))),
        ..ProptestConfig::with_cases(cases)
    }
}

#[test]
fn no_text_makes_it_panic() {
    let sandbox = Sandbox::new();
    app(&sandbox);
    let before = sandbox.everything();
    let kinds = prop::sample::select(vec![
        "resource",
        "model",
        "migration",
        "page",
        "event",
        "flag",
        "experiment",
        "job",
        "schedule",
        "mail",
        "setting",
    ]);
    // No argument of a process contains a NUL, and one that begins with a hyphen is an option.
    let text = "[^\0-][^\0]{0,20}";
    let likely = "[a-zA-Z_:(),?0-9 é-]{0,24}";
    proptest!(config(120), |(kind in kinds, name in prop_oneof![text, likely], rest in prop_oneof![text, likely])| {
        let arguments = [kind, "--", &name, &rest];
        let outcome = try_out(&sandbox, &arguments);
        prop_assert!([0, 2].contains(&outcome.code), "{:?}: {}", arguments, outcome);
        if outcome.code == 2 {
            prop_assert!(outcome.stderr.starts_with("error: "), "{}", outcome);
        }
    });
    assert_eq!(sandbox.everything(), before, "nothing was written");
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn every_spelling_of_a_name_reads_as_the_same_name(text in prop_oneof![any::<String>(), "[A-Za-z0-9_-]{1,45}"]) {
        match Name::parse(&text) {
            Ok(name) => {
                let snake = name.snake();
                prop_assert!(snake.starts_with(|c: char| c.is_ascii_lowercase()), "{}", snake);
                prop_assert!(snake.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
                for spelling in [name.snake(), name.kebab()] {
                    prop_assert_eq!(Name::parse(&spelling).unwrap(), name.clone(), "{}", spelling);
                }
                let identifier = syn::parse_str::<syn::Ident>(&(snake + "_"));
                prop_assert!(identifier.is_ok());
                let _ = (name.camel(), name.title(), name.plural(), name.singular());
            }
            Err(reason) => prop_assert!(!reason.is_empty() && !reason.chars().any(char::is_control), "{:?}", reason),
        }
    }

    #[test]
    fn a_list_has_another_name_than_a_row(text in "[a-z]{1,12}") {
        if let Ok((singular, plural)) = Name::parse(&text).unwrap().with_plural(None) {
            prop_assert_ne!(singular.snake(), plural.snake());
        }
    }

    #[test]
    fn no_field_makes_it_panic_and_a_refusal_shows_the_field(text in prop_oneof![any::<String>(), "[a-z_]{0,9}:[a-z(),0-9? ]{0,16}(:[a-z]{0,8}){0,3}"]) {
        match Field::parse(&text) {
            Ok(field) => prop_assert!(syn::parse_str::<syn::Ident>(&field.column()).is_ok(), "{:?}", field),
            Err(reason) => prop_assert!(!reason.chars().any(char::is_control), "{:?}", reason),
        }
    }
}

#[test]
fn ordinary_names_are_accepted() {
    let sandbox = Sandbox::new();
    app(&sandbox);
    // No reserved word of any kind has this ending.
    let name = "[a-z][a-z0-9]{0,8}(_[a-z][a-z0-9]{0,6}){0,2}_hedge";
    proptest!(config(60), |(resource in name, fields in prop::collection::btree_set(name, 1..6), public in any::<bool>())| {
        let fields: Vec<String> = fields.iter().map(|name| field(name)).collect();
        let mut arguments = vec!["resource", &*resource];
        arguments.extend(fields.iter().map(String::as_str));
        arguments.extend(public.then_some("--public"));
        let outcome = try_out(&sandbox, &arguments);
        prop_assert_eq!(outcome.code, 0, "{:?}: {}", arguments, outcome);
    });
}

/// All odd names that are accepted, together in one app.
#[test]
#[cfg(unix)]
fn what_is_accepted_compiles_without_a_warning() {
    let _lock = generated::lock();
    let folder = generated::new_app("yard", &[]);
    odd_fields(&folder);
    let keywords = "kind:enum(type,fn,crate,super,async,none,some,ok,default)";
    let arguments = [
        "generate",
        "resource",
        "keyword",
        keywords,
        "other:enum(a)?",
    ];
    run(&arguments, &folder);
    odd_resources(&folder);
    for arguments in [
        &["fmt", "--check"][..],
        &[
            "clippy",
            "--locked",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ],
    ] {
        generated::run(generated::cargo(&folder).args(arguments));
    }
}

/// Resources with up to 60 odd fields each, of all types that an odd name may have.
fn odd_fields(folder: &Path) {
    let sandbox = Sandbox::new();
    app(&sandbox);
    let types = [
        "string",
        "integer?:index",
        "boolean",
        "enum(a,b)",
        "date?",
        "uuid?",
        "text:search",
        "email?",
        "json?",
    ];
    let names: BTreeSet<&str> = [RUST, SQL, OURS].concat().into_iter().collect();
    let (accepted, refused): (Vec<String>, Vec<String>) = names
        .iter()
        .zip(types.iter().cycle())
        .map(|(name, kind)| format!("{name}:{kind}"))
        .partition(|field| accepts(&sandbox, &["resource", "oddity", field]));
    println!("fields refused: {refused:?}");
    assert!(accepted.len() > 60, "{accepted:?}");
    for (number, fields) in accepted.chunks(60).enumerate() {
        let resource = format!("oddity_{number}");
        let mut arguments = vec!["generate", "resource", &resource];
        arguments.extend(fields.iter().map(String::as_str));
        run(&arguments, folder);
    }
}

/// Odd resources and models. What one has written can make the name of another one taken, which is a refusal as well.
fn odd_resources(folder: &Path) {
    let mut made = Vec::new();
    for name in RESOURCES {
        let kind = if made.len() % 4 == 0 {
            "resource"
        } else {
            "model"
        };
        let outcome = hoglet(&["generate", kind, name, "title:string"], folder);
        let said = String::from_utf8_lossy(&outcome.stderr);
        match outcome.status.code() {
            Some(0) => made.push(*name),
            // 1: a file of the app has the name of a new one.
            Some(1 | 2) => println!("{name}: {}", said.trim_end()),
            _ => panic!("{name}: {outcome:?}"),
        }
    }
    println!("resources made: {made:?}");
    assert!(made.len() >= 20, "{made:?}");
}

#[track_caller]
fn run(arguments: &[&str], folder: &Path) {
    let output = hoglet(arguments, folder);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

fn hoglet(arguments: &[&str], folder: &Path) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hoglet"));
    command.args(arguments).current_dir(folder);
    command.output().expect("it starts")
}
