use std::fs;
use std::path::Path;

use super::*;

fn template(path: &str) -> String {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template");
    fs::read_to_string(template.join(path)).unwrap()
}

/// Only the lines that are new, and the line before them.
#[track_caller]
fn difference(path: &str, place: &Place, text: &str) -> String {
    let before = template(path);
    let after = inserted(&before, place, text);
    let common = before
        .lines()
        .zip(after.lines())
        .take_while(|(one, other)| one == other);
    let start = common.count();
    let count = after.lines().count() - before.lines().count();
    let lines: Vec<&str> = after.lines().skip(start - 1).take(count + 2).collect();
    lines.join("\n")
}

#[test]
fn a_module_gets_a_group_of_its_own() {
    let differences = [
        difference("src/routes.rs", &Place::Modules, "pub mod posts;"),
        difference("src/models.rs", &Place::Modules, "pub mod post;"),
        difference("src/migrations.rs", &Place::Modules, "mod m2027_a;"),
        difference("src/jobs.rs", &Place::Modules, "pub mod send_report;"),
        difference("tests/web/main.rs", &Place::Modules, "mod posts;"),
    ];
    insta::assert_snapshot!(differences.join("\n…\n"), @"

    pub mod posts;

    /// Pages and the API. A new page is one line at the end. Features add their own routes.
    …
    pub mod user;

    pub mod post;
    …

    mod m2027_a;

    /// All migrations. They run when the app starts, and by `cargo run migrate up`.
    …

    pub mod send_report;

    /// A new job is one line at the end: `.job::<SendInvoice>()`, or with a schedule
    …
    mod without_mail;

    mod posts;
    ");
}

#[test]
fn the_group_is_sorted() {
    let mut file = template("src/models.rs");
    for name in ["post", "comment", "post_form", "zebra"] {
        file = inserted(&file, &Place::Modules, &format!("pub mod {name};"));
    }
    let end =
        "pub mod user;\n\npub mod comment;\npub mod post;\npub mod post_form;\npub mod zebra;\n";
    assert!(file.ends_with(end), "{file}");
}

#[test]
fn calls_go_to_the_end_of_a_chain() {
    let text = format!(
        "{}\n{}",
        call("get", &["\"/posts\"", "posts::index"]),
        call(
            "post",
            &[
                "\"/posts/{id}/comments/{comment_id}/delete\"",
                "posts::comments::delete"
            ]
        )
    );
    let jobs = Place::Chain {
        function: "jobs",
        root: "Jobs::default()",
    };
    let job = ".job::<send_report::SendReport>()";
    let differences = [
        difference("src/routes.rs", &PAGES, &text),
        difference("src/jobs.rs", &jobs, job),
    ];
    insta::assert_snapshot!(differences.join("\n…\n"), @r#"
            .merge(FEATURES.routes())
            .get("/posts", posts::index)
            .post(
                "/posts/{id}/comments/{comment_id}/delete",
                posts::comments::delete,
            )
    }
    …
            .queue(mail::QUEUE, 2)
            .job::<send_report::SendReport>()
    }
    "#);
}

#[test]
fn entries_go_to_the_end_of_a_list() {
    let element = "Box::new(m20270101_000000_create_posts::Migration),";
    let event = "/// A user created a post.\n\"post_created\" => PostCreated { post_id: Uuid },";
    let fields = Place::Fields { of: "Settings" };
    let field = "/// The key of Stripe.\npub stripe_key: String,";
    let literal = Place::Literal { function: "read" };
    let value = "stripe_key: reader.text(\"STRIPE_KEY\"),";
    let variable = "# The key of Stripe\n# STRIPE_KEY=";
    let differences = [
        difference("src/migrations.rs", &MIGRATIONS, element),
        difference("src/posthog/events.rs", &EVENTS, event),
        difference("src/settings.rs", &fields, field),
        difference("src/settings.rs", &literal, value),
        difference(".env.example", &Place::End, variable),
    ];
    insta::assert_snapshot!(differences.join("\n…\n"), @r#"
                Box::new(m20261121_143000_create_users::Migration),
                Box::new(m20270101_000000_create_posts::Migration),
            ];
    …
        "profile_updated" => ProfileUpdated {},

        /// A user created a post.
        "post_created" => PostCreated { post_id: Uuid },
    }
    …
        pub switches: Switches,
        /// The key of Stripe.
        pub stripe_key: String,
    }
    …
                switches: Switches::read(reader, hoglet, switches),
                stripe_key: reader.text("STRIPE_KEY"),
            }
    …
    # POSTHOG_FLAGS_TIMEOUT_MILLISECONDS=250

    # The key of Stripe
    # STRIPE_KEY=
    "#);
}

#[test]
fn an_empty_list_of_flags_opens() {
    let one = "pub const ONE: Flag = Flag::new(\"one\");";
    let two = "pub const TWO: Flag = Flag::new(\"two\");";
    let file = inserted(&template("src/posthog/flags.rs"), &FLAGS, one);
    assert!(
        file.ends_with(&format!("hoglet_web::flags! {{\n    {one}\n}}\n")),
        "{file}"
    );
    let both = inserted(&file, &FLAGS, two);
    assert!(
        both.ends_with(&format!("flags! {{\n    {one}\n\n    {two}\n}}\n")),
        "{both}"
    );
    let second = remove(&both, &FLAGS, one).unwrap();
    assert!(
        second.ends_with(&format!("flags! {{\n    {two}\n}}\n")),
        "{second}"
    );
    assert_eq!(
        remove(&second, &FLAGS, two).unwrap(),
        template("src/posthog/flags.rs")
    );
}

#[test]
fn a_link_is_for_users_or_for_everybody() {
    let link = "<a href=\"/posts\"{{ here(\"/posts\") }}>Posts</a>";
    let users = Place::Navigation(Audience::Users);
    let everybody = Place::Navigation(Audience::Everybody);
    let differences = [
        difference("templates/base.html", &users, link),
        difference("templates/base.html", &everybody, link),
    ];
    insta::assert_snapshot!(differences.join("\n…\n"), @r#"
          {% if user %}
          <a href="/posts"{{ here("/posts") }}>Posts</a>
          <a href="/profile"{{ here("/profile") }}>Profile</a>
    …
          {% for links in navigation %}{% include links %}{% endfor %}
          <a href="/posts"{{ here("/posts") }}>Posts</a>
          {% if user %}
    "#);
}
