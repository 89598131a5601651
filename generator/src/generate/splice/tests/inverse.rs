//! If all added lines are removed again, in any order, the file has its old bytes.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;

/// A file of the template, a place in it, and a text for each number.
type Sample = (&'static str, Place, fn(u8) -> String);

fn samples() -> Vec<Sample> {
    let module: fn(u8) -> String = |n| format!("pub mod part{n};");
    let variable: fn(u8) -> String = |n| format!("# Number {n}\n# NUMBER_{n}=");
    let link: fn(u8) -> String = |n| format!("<a href=\"/{n}\">{n}</a>");
    vec![
        ("src/routes.rs", Place::Modules, module),
        ("src/routes.rs", PAGES, |n| {
            let path = format!("\"/{}\"", "x".repeat(usize::from(n)));
            call("get", &[&path, "parts::show_a_part_with_a_long_name"])
        }),
        ("src/models.rs", Place::Modules, module),
        ("src/migrations.rs", Place::Modules, module),
        ("src/migrations.rs", MIGRATIONS, |n| {
            format!("Box::new(part{n}::Migration),")
        }),
        ("src/posthog/events.rs", EVENTS, |n| {
            format!("/// Number {n}.\n\"part_{n}\" => Part{n} {{ n: u8 }},")
        }),
        ("src/posthog/flags.rs", FLAGS, |n| {
            format!("/// Number {n}.\npub const PART{n}: Flag = Flag::new(\"part{n}\");")
        }),
        ("src/jobs.rs", Place::Modules, module),
        (
            "src/jobs.rs",
            Place::Chain {
                function: "jobs",
                root: "Jobs::default()",
            },
            |n| format!(".job::<part{n}::Part>()"),
        ),
        ("src/settings.rs", Place::Fields { of: "Settings" }, |n| {
            format!("/// Number {n}.\npub part{n}: String,")
        }),
        (
            "src/settings.rs",
            Place::Literal { function: "read" },
            |n| format!("part{n}: reader.text(\"PART{n}\"),"),
        ),
        ("tests/web/main.rs", Place::Modules, module),
        (
            "templates/base.html",
            Place::Navigation(Audience::Users),
            link,
        ),
        (
            "templates/base.html",
            Place::Navigation(Audience::Everybody),
            |n| format!("<a href=\"/public/{n}\">{n}</a>"),
        ),
        (".env.example", Place::End, variable),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn any_order_of_insert_and_remove_ends_with_the_old_bytes(
        file in 0_usize..11,
        steps in prop::collection::vec((0_usize..4, 0_u8..12), 1..24),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
        final_line_end in any::<bool>(),
    ) {
        let all = samples();
        let mut paths: Vec<&str> = all.iter().map(|(path, ..)| *path).collect();
        paths.dedup();
        let path = paths[file % paths.len()];
        let here: Vec<_> = all.iter().filter(|(of, ..)| *of == path).collect();

        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template");
        let mut old = fs::read_to_string(template.join(path)).unwrap().replace('\n', line_end);
        if !final_line_end {
            old.truncate(old.trim_end().len());
        }
        let mut file = old.clone();
        let mut added: Vec<((usize, u8), &Place, String)> = Vec::new();
        for (place, n) in steps {
            let (_, place_here, text) = here[place % here.len()];
            let key = (place % here.len(), n);
            match added.iter().position(|(known, ..)| *known == key) {
                Some(at) => {
                    let (_, place, lines) = added.remove(at);
                    file = remove(&file, place, &lines).unwrap();
                }
                None => {
                    let spliced = insert(&file, place_here, &text(n)).unwrap();
                    file = spliced.file;
                    added.push((key, place_here, spliced.lines));
                }
            }
        }
        while let Some((_, place, lines)) = added.pop() {
            // Removes the first and the last in turn, so that both orders are tested.
            added.reverse();
            file = remove(&file, place, &lines).unwrap();
        }
        prop_assert_eq!(file, old);
    }
}
