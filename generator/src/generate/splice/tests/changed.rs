use super::*;

const ROUTES: &str = "use a::b;

pub mod home;

pub fn pages() -> Routes {
    Routes::default()
        .get(\"/\", home::show)
}
";
const POSTS: &str = ".get(\"/posts\", posts::index)";

#[test]
fn comments_and_other_formatting_stay() {
    for file in [
        // Comments inside and at the end of the chain.
        "fn pages() -> R {\n    // The root.\n    Routes::default()\n        // Home.\n        .get(\"/\", a) // last\n        /* more */\n}\n",
        // Tabs.
        "fn pages() -> R {\n\tRoutes::default()\n\t\t.get(\"/\", a)\n}\n",
        // A chain on one line, and one without a call.
        "fn pages() -> R {\n    Routes::default().get(\"/\", a)\n}\n",
        "fn pages() -> R {\n    hoglet_web::Routes::default()\n}\n",
        // Not formatted at all.
        "fn pages()->R{let x=1;\nRoutes :: default()\n.get( \"/\",|| { a } )\n  .merge(\nx)\n}",
        // A function of the same name in a module for tests.
        "fn pages() -> R {\n    Routes::default()\n}\nmod tests { fn pages() {} }\n",
        // No final line end, a byte order mark, letters of several bytes.
        "\u{feff}// ünï\nfn pages() -> R { let s = \"🦔\";\n    Routes::default()\n}",
    ] {
        let with = inserted(file, &PAGES, POSTS);
        assert_eq!(with.lines().count(), file.lines().count() + 1);
        let with = inserted(&file.replace('\n', "\r\n"), &PAGES, POSTS);
        assert_eq!(
            with.matches("\r\n").count(),
            with.matches('\n').count(),
            "{with:?}"
        );
    }
}

#[test]
fn the_indentation_is_that_of_the_neighbours() {
    let tabs = "fn pages() -> R {\n\tRoutes::default()\n}\n";
    assert!(inserted(tabs, &PAGES, POSTS).contains("\n\t\t.get("));
    let wide = "fn pages() -> R {\n    Routes::default()\n            .get(\"/\", a)\n}\n";
    assert!(inserted(wide, &PAGES, POSTS).contains("\n            .get(\"/posts\""));
}

#[test]
fn what_lacks_the_shape_is_refused_with_its_line() {
    let messages = [
        refused(
            "fn pages() -> R {\n    all().merge(rest())\n}\nfn all() {}",
            &PAGES,
            POSTS,
        ),
        refused(
            "fn pages() -> R {\n    let r = Routes::default();\n    return r;\n}",
            &PAGES,
            POSTS,
        ),
        refused("fn pages() -> R { Routes::default() }", &PAGES, POSTS),
        refused("fn other() {}", &PAGES, POSTS),
        refused("fn pages() {}\n\nfn pages() {}", &PAGES, POSTS),
        refused("fn pages() {\n    let x = ;\n}", &PAGES, POSTS),
        refused("fn pages() {\n\n", &PAGES, POSTS),
        refused("fn a() {\n    b()\n}", &Place::Vec { function: "a" }, "C,"),
        refused(
            "fn a() {\n    vec![b]\n}",
            &Place::Vec { function: "a" },
            "C,",
        ),
        refused(
            "fn a() {\n    vec![\n        b\n    ]\n}",
            &Place::Vec { function: "a" },
            "C,",
        ),
        refused("flags! {}\n\nflags! {}", &FLAGS, "const A: B = C;"),
        refused("events! {}", &FLAGS, "const A: B = C;"),
        refused("struct S(u8);", &Place::Fields { of: "S" }, "a: u8,"),
        refused("enum S {}", &Place::Fields { of: "S" }, "a: u8,"),
        refused(
            "fn a() -> S {\n    S { ..b }\n}",
            &Place::Literal { function: "a" },
            "c,",
        ),
        refused(
            "fn a() -> S {\n    b()\n}",
            &Place::Literal { function: "a" },
            "c,",
        ),
        refused("mod a;", &Place::Modules, "mod b"),
        refused(
            "struct S {\n    a: u8,\n}",
            &Place::Fields { of: "S" },
            "/// New.\npub a: S,",
        ),
        refused(
            "fn a() -> S {\n    S { a }\n}",
            &Place::Literal { function: "a" },
            "a: 1,",
        ),
        refused("\nmod b {}", &Place::Modules, "pub mod b;"),
        refused(ROUTES, &PAGES, ".get(\"/\", )("),
    ];
    insta::assert_snapshot!(messages.join("\n"), @"
    2: `pages` does not return a chain that begins with `Routes::default()`
    4: `pages` does not end with the value that it returns
    1: the chain in `pages` does not end at the end of a line
    1: there is no function `pages`
    3: there are several functions `pages`
    2: it is not valid Rust: expected an expression
    1: it is not valid Rust: a bracket or a quote has no partner
    1: `a` has no `vec![…]`
    2: the `vec![…]` has no `,` after its last entry
    4: the `vec![…]` has no `,` after its last entry
    3: there is more than one `flags! {…}`
    1: there is no `flags! {…}`
    1: `S` has no fields with names
    1: there is no struct `S`
    2: `a` returns a struct that takes fields from another one
    2: `a` does not return a struct with its fields
    1: it is not valid Rust: unexpected end of input, expected `;` or curly braces
    2: there is another `a`
    2: there is another `a`
    2: there is another `mod b`
    9: with the lines it would not parse: it is not valid Rust: a bracket or a quote has no partner
    ");
}

#[test]
fn what_is_there_already_is_refused_as_such() {
    for (place, file, text) in [
        (Place::Modules, ROUTES, "mod home;"),
        (PAGES, ROUTES, ".get(\"/\", home::show)"),
        (Place::End, "# A=\n", "# A="),
    ] {
        let refusal = insert(file, &place, text).unwrap_err();
        assert!(refusal.is_there, "{refusal:?}");
    }
}

#[test]
fn a_list_of_modules_may_be_anywhere() {
    for (file, expected) in [
        ("", "mod b;\n"),
        ("//! Doc.\n", "//! Doc.\n\nmod b;\n"),
        (
            "//! Doc.\n\nfn a() {}\n",
            "//! Doc.\n\nmod b;\n\nfn a() {}\n",
        ),
        (
            "use a::b;\n\nfn a() {}\n",
            "use a::b;\n\nmod b;\n\nfn a() {}\n",
        ),
        (
            "mod a;\nmod c;\n\nfn a() {}\n",
            "mod a;\nmod c;\n\nmod b;\n\nfn a() {}\n",
        ),
        ("mod a;\nfn a() {}\n", "mod a;\nmod b;\nfn a() {}\n"),
        ("mod a;\n\nmod c;", "mod a;\n\nmod b;\nmod c;"),
        ("mod a;", "mod a;\n\nmod b;"),
        ("\u{feff}fn a() {}\n", "\u{feff}mod b;\nfn a() {}\n"),
        // The documentation of a module belongs to it.
        (
            "mod a;\n\n/// C.\nmod c;\n",
            "mod a;\n\nmod b;\n/// C.\nmod c;\n",
        ),
        // Modules after code are not the list.
        (
            "mod a;\n\nfn a() {}\n\n#[cfg(test)]\nmod tests;\n",
            "mod a;\n\nmod b;\n\nfn a() {}\n\n#[cfg(test)]\nmod tests;\n",
        ),
    ] {
        assert_eq!(inserted(file, &Place::Modules, "mod b;"), expected);
    }
}

#[test]
fn lines_that_were_edited_are_not_taken_out() {
    let spliced = insert(ROUTES, &PAGES, POSTS).unwrap();
    let edited = spliced.file.replace("posts::index", "posts::list");
    let refusal = remove(&edited, &PAGES, &spliced.lines).unwrap_err();
    assert_eq!(
        refusal.reason,
        "`.get(\"/posts\", posts::index)` is not there as it was generated"
    );
    // Another indentation is no edit, and the file need not compile.
    let moved = spliced.file.replace("        .get", "    .get") + "fn (";
    assert!(
        !remove(&moved, &PAGES, &spliced.lines)
            .unwrap()
            .contains("posts")
    );
}

#[test]
fn the_navigation_is_found_by_its_structure() {
    let users = Place::Navigation(Audience::Users);
    let everybody = Place::Navigation(Audience::Everybody);
    let link = "<a href=\"/posts\">Posts</a>";
    // Without a link to the profile, with other spaces, a nested `if` and comments.
    let page = "{# <nav> {% if user %} #}\n<nav\n  class=\"x\">\n  {%- if  user -%}\n  {% if a %}\n  {% else %}\n  {% endif %}\n  {% else %}\n  {% endif %}\n</nav>\n";
    let expected = page.replace(
        "  {% else %}\n  {% endif %}\n</nav>",
        &format!("  {link}\n  {{% else %}}\n  {{% endif %}}\n</nav>"),
    );
    assert_eq!(inserted(page, &users, link), expected);
    let expected = page.replace("  {%- if", &format!("  {link}\n  {{%- if"));
    assert_eq!(inserted(page, &everybody, link), expected);
    let messages = [
        refused("<navigation>\n", &users, link),
        refused("\n<nav>\n", &users, link),
        refused("\n<nav>\n</nav>\n{% if user %}{% endif %}", &users, link),
        refused("<nav>{% if user %}{% endif %}</nav>", &everybody, link),
    ];
    insta::assert_snapshot!(messages.join("\n"), @"
    1: there is no `<nav>`
    2: `<nav>` has no `</nav>`
    2: `<nav>` has no `{% if user %}`
    1: a line of the navigation does not begin with its `{%`
    ");
}

#[test]
fn generated_modules_of_a_file_without_others_stay_in_one_group() {
    let generated = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let insert = |file: &str, name: &str, others: &[&str]| {
        let line = format!("pub mod {name};");
        let spliced = insert_beside(file, &Place::Modules, &line, &generated(others));
        spliced.unwrap().file
    };
    let file = "use a::b;\n\npub fn jobs() {}\n";
    let one = insert(file, "tidy", &[]);
    assert_eq!(one, "use a::b;\n\npub mod tidy;\n\npub fn jobs() {}\n");
    let two = insert(&one, "send", &["tidy"]);
    assert!(
        two.contains("\n\npub mod send;\npub mod tidy;\n\n"),
        "{two}"
    );
    let by_hand = insert(&one, "send", &[]);
    assert!(
        by_hand.contains("\n\npub mod tidy;\n\npub mod send;\n\n"),
        "{by_hand}"
    );
}
