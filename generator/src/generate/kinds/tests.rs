//! Plans of every kind but resources, and the names that they refuse.

use super::*;
use crate::generate::name::Name;
use crate::generate::splice::Place;

/// An app with a little of everything.
fn app() -> AppFacts {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    AppFacts {
        posthog: true,
        files: set(&[
            "src/models/post.rs",
            "src/routes/home.rs",
            "templates/base.html",
            "templates/home.html",
            "templates/mail/layout.txt",
        ]),
        routes: set(&["/", "/login"]),
        events: set(&["user_signed_up"]),
        flags: set(&["new-dashboard"]),
        jobs: set(&["send_notice"]),
        tables: set(&["posts", "users"]),
        variables: set(&["PORT", "SECRET_KEY"]),
        migrations: vec!["m20261121_143000_add_author_to_posts".to_owned()],
        ..AppFacts::default()
    }
}

fn planned_in(app: &AppFacts, kind: Kind, name: &str, rest: &[&str]) -> Result<Plan, String> {
    let request = Request {
        kind,
        name: Name::parse_up_to(100, name).expect("a name"),
        rest: rest.iter().map(|text| (*text).to_owned()).collect(),
        public: false,
        plural: None,
        migration_time: "20261201_143000".to_owned(),
    };
    plan(&request, app, &Templates::default()).map_err(|error| error.to_string())
}

fn planned(kind: Kind, name: &str, rest: &[&str]) -> Plan {
    planned_in(&app(), kind, name, rest).expect("it is possible")
}

#[track_caller]
fn assert_refused(kind: Kind, name: &str, rest: &[&str], reason: &str) {
    let error = planned_in(&app(), kind, name, rest).expect_err("it is refused");
    assert!(error.contains(reason), "{error}");
}

/// The text of each insertion into a file.
fn inserted<'a>(plan: &'a Plan, path: &str) -> Vec<&'a str> {
    let insertions = plan.insertions.iter();
    let insertions = insertions.filter(|insertion| insertion.path == path);
    insertions
        .map(|insertion| insertion.text.trim_end())
        .collect()
}

#[track_caller]
fn file<'a>(plan: &'a Plan, path: &str) -> &'a str {
    let file = plan.files.iter().find(|file| file.path == path);
    &file.unwrap_or_else(|| panic!("no {path}")).contents
}

#[test]
fn a_page_has_a_route_a_link_a_view_and_a_test() {
    let plan = planned(Kind::Page, "LegalImprint", &[]);
    assert_eq!(
        inserted(&plan, "src/routes.rs"),
        [
            "pub mod legal_imprint;",
            r#".get("/legal-imprint", legal_imprint::show)"#
        ]
    );
    assert_eq!(
        inserted(&plan, "templates/base.html"),
        [r#"<a href="/legal-imprint"{{ here("/legal-imprint") }}>Legal imprint</a>"#]
    );
    assert_eq!(inserted(&plan, "tests/web/main.rs"), ["mod legal_imprint;"]);
    let view = file(&plan, "templates/legal_imprint.html");
    assert!(view.starts_with("{% extends \"base.html\" %}\n"), "{view}");
    assert!(
        view.contains("<h1>Legal imprint</h1>\n{% if has_sources %}"),
        "{view}"
    );
    file(&plan, "src/routes/legal_imprint.rs");
    file(&plan, "tests/web/legal_imprint.rs");
}

#[test]
fn a_page_takes_no_path_and_no_view_that_the_app_has() {
    assert_refused(Kind::Page, "login", &[], "the app has the path `/login`");
    assert_refused(
        Kind::Page,
        "base",
        &[],
        "`templates/base.html` has another purpose",
    );
    assert_refused(Kind::Page, "support", &[], "another purpose");
    assert_refused(Kind::Page, "type", &[], "keyword");
}

#[test]
fn flags_and_experiments_are_constants_with_a_key() {
    let plan = planned(Kind::Flag, "FreeShipping", &[]);
    assert_eq!(
        inserted(&plan, "src/posthog/flags.rs"),
        [
            "/// Whether free shipping is on.\npub const FREE_SHIPPING: Flag = Flag::new(\"free-shipping\");"
        ]
    );
    let plan = planned(Kind::Experiment, "headline", &["control", "bold"]);
    assert_eq!(
        inserted(&plan, "src/posthog/flags.rs"),
        [
            "/// Chooses the headline.\npub const HEADLINE: Experiment =\n    Experiment::new(\"headline\", &[\"control\", \"bold\"]);"
        ]
    );
    for kind in [Kind::Flag, Kind::Experiment] {
        assert_refused(kind, "new_dashboard", &["control,bold"], "of this name");
        assert_refused(kind, "all", &["control,bold"], "list of all flags");
        let without = AppFacts::default();
        let error = planned_in(&without, kind, "new", &["control,bold"]).expect_err("refused");
        assert!(error.contains("without PostHog"), "{error}");
    }
}

#[test]
fn an_event_has_properties_that_are_not_personal() {
    let plan = planned(
        Kind::Event,
        "order_placed",
        &["item_count:integer", "id:uuid?"],
    );
    assert_eq!(
        inserted(&plan, "src/posthog/events.rs"),
        [
            "/// An order was placed.\n\"order_placed\" => OrderPlaced { item_count: i32, id: Option<hoglet_web::prelude::Uuid> },"
        ]
    );
    assert_eq!(plan.next.len(), 1);
    let plan = planned(Kind::Event, "checkout", &[]);
    assert_eq!(
        inserted(&plan, "src/posthog/events.rs"),
        ["/// Checkout.\n\"checkout\" => Checkout {},"]
    );
    assert!(plan.next[1].starts_with("Names of events say what happened"));

    let refused = |rest: &str, reason| assert_refused(Kind::Event, "tea_made", &[rest], reason);
    refused("name:string", "personal data");
    refused("contact:email", "personal data");
    refused("topic:string:private", "personal data");
    refused("api_key:string", "secret");
    refused("release:string", "Hoglet sets");
    refused("size:integer:unique", "only a column");
    assert_refused(Kind::Event, "user_signed_up", &[], "of this name");
    assert_refused(Kind::Event, "string", &[], "`String`");
}

#[test]
fn a_job_begins_with_its_user() {
    let plan = planned(Kind::Job, "send_report", &["user_id:uuid", "note:text?"]);
    let job = file(&plan, "src/jobs/send_report.rs");
    let fields =
        "pub struct SendReport {\n    pub user_id: Uuid,\n    pub note: Option<String>,\n}\n";
    assert!(job.contains(fields), "{job}");
    assert!(
        job.contains("user::lock(&transaction, self.user_id)"),
        "{job}"
    );
    assert_eq!(
        inserted(&plan, "src/jobs.rs"),
        ["pub mod send_report;", ".job::<send_report::SendReport>()"]
    );
    let plan = planned(Kind::Job, "tidy", &[]);
    let job = file(&plan, "src/jobs/tidy.rs");
    assert!(
        job.contains("pub struct Tidy {}\n") && !job.contains("user::"),
        "{job}"
    );
    let plan = planned(Kind::Job, "resize", &["width:integer"]);
    let test = file(&plan, "tests/web/resize.rs");
    assert!(test.contains("width: 1,"), "{test}");
}

#[test]
fn a_job_holds_no_secret_and_has_a_name_of_its_own() {
    assert_refused(
        Kind::Job,
        "call",
        &["api_token:string"],
        "must not contain a secret",
    );
    assert_refused(Kind::Job, "send_notice", &[], "a job of this name");
    assert_refused(Kind::Job, "mail", &[], "imports another `mail`");
    assert_refused(Kind::Job, "job", &[], "`Job`");
}

#[test]
fn a_schedule_is_a_job_with_times() {
    let plan = planned(
        Kind::Schedule,
        "cleanup",
        &["30 8 * * MON", "Europe/Berlin"],
    );
    assert_eq!(
        inserted(&plan, "src/jobs.rs"),
        [
            "pub mod cleanup;",
            r#".cron("30 8 * * MON", "Europe/Berlin", || cleanup::Cleanup {})"#
        ]
    );
    let test = file(&plan, "tests/web/cleanup.rs");
    assert!(test.contains("datetime!(2026-12-07 8:30 +1)"), "{test}");
    assert_refused(
        Kind::Schedule,
        "cleanup",
        &["daily"],
        "not a cron expression",
    );
}

#[test]
fn a_mail_has_two_views_and_a_job() {
    let plan = planned(Kind::Mail, "welcome", &[]);
    let text = file(&plan, "templates/mail/welcome.txt");
    assert!(
        text.contains("{% block subject %}Welcome{% endblock %}"),
        "{text}"
    );
    assert!(file(&plan, "templates/mail/welcome.html").contains("{{ button("));
    assert!(file(&plan, "src/jobs/send_welcome.rs").contains("pub struct SendWelcome"));
    assert_refused(Kind::Mail, "notice", &[], "a job of this name");
    assert_refused(Kind::Mail, "layout", &[], "another purpose");
}

#[test]
fn a_setting_is_a_field_the_line_that_reads_it_and_an_example() {
    let plan = planned(Kind::Setting, "stripe_key", &[]);
    assert_eq!(
        inserted(&plan, "src/settings.rs"),
        [
            "/// Stripe key: a secret, which no log shows.\npub stripe_key: Option<hoglet_web::settings::Secret>,",
            r#"stripe_key: reader.secret("STRIPE_KEY"),"#
        ]
    );
    assert_eq!(
        inserted(&plan, ".env.example"),
        ["# Stripe key: a secret, which no log shows\n# STRIPE_KEY="]
    );
    let plan = planned(Kind::Setting, "max_items", &["integer"]);
    assert_eq!(
        inserted(&plan, "src/settings.rs")[1],
        r#"max_items: reader.number("MAX_ITEMS", 0, 0..=1_000_000),"#
    );
    assert!(inserted(&plan, ".env.example")[0].ends_with("# MAX_ITEMS=0"));
    assert_refused(Kind::Setting, "port", &[], "the variable `PORT`");
    assert_refused(Kind::Setting, "switches", &[], "has this field");
    assert_refused(
        Kind::Setting,
        "size",
        &["decimal"],
        "choose one of string, secret",
    );
}

const ADDED: &str = "src/migrations/m20261201_143000_add_price_to_posts.rs";

#[test]
fn a_new_column_has_a_value_for_existing_rows() {
    let rest = [
        "price:decimal(10,2)",
        "slug:string?:unique",
        "editor:references(user)?",
    ];
    let plan = planned(Kind::Migration, "add_price_to_posts", &rest);
    let code = file(&plan, ADDED);
    for part in [
        "//! Adds price, slug and editor to posts.",
        "// Existing rows get 0.\n",
        ".add_column(decimal_len(\"price\", 10, 2).default(0))",
        ".add_column(string_null(\"slug\"))",
        ".name(\"posts_slug\")",
        ".unique()",
        r##"uuid_null("editor_id").extra(r#"REFERENCES "users" ("id") ON DELETE SET NULL"#)"##,
        ".drop_column(\"price\")",
    ] {
        assert!(code.contains(part), "{part}: {code}");
    }
    // SQLite drops no column that an index has.
    let drop_index = code.find("Index::drop()").expect("it drops indexes");
    assert!(
        drop_index
            < code
                .find("drop_column(\"editor_id\")")
                .expect("it drops columns")
    );
    assert_eq!(plan.insertions[0].place, Place::Modules);
    assert_eq!(
        inserted(&plan, "src/migrations.rs"),
        [
            "mod m20261201_143000_add_price_to_posts;",
            "Box::new(m20261201_143000_add_price_to_posts::Migration),"
        ]
    );
    let price = "Add to `Model` in src/models/post.rs: #[sea_orm(column_type = \"Decimal(Some((10, 2)))\")] pub price: Decimal,";
    assert_eq!(plan.next[0], price);
}

#[test]
fn a_column_without_a_value_for_existing_rows_must_be_optional() {
    let refused =
        |rest: &str, remedy| assert_refused(Kind::Migration, "add_it_to_posts", &[rest], remedy);
    refused(
        "author:references(user)",
        "make it optional: `author:references(user)?`",
    );
    refused(
        "slug:string:unique",
        "make it optional: `slug:string?:unique`",
    );
    refused("token_id:uuid", "make it optional: `token_id:uuid?`");
    refused("uuid:uuid", "make it optional: `uuid:uuid?`");
}

#[test]
fn the_opposite_needs_the_columns() {
    let refused = |name: &str, reason| assert_refused(Kind::Migration, name, &[], reason);
    refused("add_price_to_posts", "the column and its type are missing");
    refused(
        "remove_price_from_posts",
        "for `down`, the column and its type are missing",
    );
    refused(
        "drop_posts",
        "for `down`, the columns and their types are missing",
    );
    let plan = planned(
        Kind::Migration,
        "remove_price_from_posts",
        &["code:string:unique"],
    );
    let code = file(
        &plan,
        "src/migrations/m20261201_143000_remove_price_from_posts.rs",
    );
    assert!(code.contains("// It can be empty now"), "{code}");
    assert!(code.contains("add_column(string_null(\"code\"))"), "{code}");
}

#[test]
fn a_new_table_refers_to_others() {
    let rest = ["author:references(user)", "post:references"];
    let plan = planned(Kind::Migration, "create_reviews", &rest);
    let code = file(&plan, "src/migrations/m20261201_143000_create_reviews.rs");
    for part in [
        ".on_delete(ForeignKeyAction::Cascade),",
        ".to(\"posts\", \"id\")",
    ] {
        assert!(code.contains(part), "{part}: {code}");
    }
}

#[test]
fn a_migration_names_a_table_of_the_app() {
    let refused = |name: &str, reason| assert_refused(Kind::Migration, name, &["a:string"], reason);
    refused("add_price_to_post", "did you mean the table `posts`?");
    refused("remove_price_from_pages", "the app has no table `pages`");
    refused("create_posts", "the app has a table `posts`");
    refused("add_author_to_posts", "the app has the migration");
    refused("polish_posts", "does not say what to do with the fields");
}

#[test]
fn sqlite_drops_a_foreign_key_only_with_a_column_that_was_added() {
    let author = ["author:references(user)?"];
    planned(Kind::Migration, "remove_author_from_posts", &author);
    let editor = ["editor:references(user)?"];
    let name = "remove_editor_from_posts";
    assert_refused(Kind::Migration, name, &editor, "SQLite cannot drop");
    let postgres = AppFacts {
        postgres: true,
        ..app()
    };
    planned_in(&postgres, Kind::Migration, name, &editor).expect("PostgreSQL can");
}

#[test]
fn a_name_without_a_pattern_is_an_empty_pair() {
    let plan = planned(Kind::Migration, "polish_posts", &[]);
    let code = file(&plan, "src/migrations/m20261201_143000_polish_posts.rs");
    assert!(code.starts_with("//! Polish posts.\n") && code.contains("async fn down"));
}
