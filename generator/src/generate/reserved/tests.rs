use std::fs;
use std::path::Path;

use super::*;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

#[track_caller]
fn refused(checked: Result<(), String>, reason: &str) {
    assert_eq!(checked.unwrap_err(), reason);
}

#[test]
fn keywords_are_refused_with_another_word() {
    refused(
        struct_field(&name("type")),
        "`type` is a keyword of Rust; take another word, such as `kind`",
    );
    refused(
        module(&name("while")),
        "`while` is a keyword of Rust; take another word, such as `while_value`",
    );
    for keyword in ["self", "Self", "super", "crate", "gen", "async", "yield"] {
        assert!(struct_field(&name(keyword)).is_err(), "{keyword}");
    }
}

#[test]
fn words_of_sql_are_no_obstacle() {
    for word in ["order", "group", "select", "default", "union", "key"] {
        assert_eq!(table(&name(word), &name(word).plural()), Ok(()), "{word}");
        assert_eq!(struct_field(&name(word)), Ok(()));
        assert_eq!(column(word), Ok(()));
    }
}

#[test]
fn what_the_app_uses_itself_is_refused() {
    let table = |singular, plural| table(&name(singular), &name(plural));
    refused(
        table("path", "paths"),
        "every page has a variable `path` already",
    );
    assert_eq!(table("error", "errors"), Ok(()), "only a row is a variable");
    refused(
        table("page", "pages"),
        "the code of a resource uses `page` for something else",
    );
    refused(
        table("session", "sessions"),
        "Hoglet has a table `sessions`",
    );
    refused(table("str", "strs"), "`str` is a type of Rust");
    refused(
        table("time", "times"),
        "`time` is the name of a crate that the app uses",
    );
    refused(
        module(&name("aux")),
        "Windows has a device of this name, so no file can have it",
    );
    refused(
        type_name(&name("value")),
        "`Value` is a name that most files of the app use for something else",
    );
    refused(
        module(&name("support")),
        "`tests/web/support.rs` has another purpose",
    );
    assert!(column("id").is_err() && column("user_id").is_err() && column("xmin").is_err());
}

/// A name that is added to a prelude must be added to the list.
#[test]
fn all_types_of_the_preludes_are_reserved() {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template");
    let mut names = Vec::new();
    for prelude in ["src/prelude.rs", "vendor/hoglet-web/src/prelude.rs"] {
        let file = fs::read_to_string(template.join(prelude)).unwrap();
        for item in syn::parse_file(&file).unwrap().items {
            match item {
                syn::Item::Use(item) => imported(&item.tree, &mut names),
                syn::Item::Type(item) => names.push(item.ident.to_string()),
                _ => {}
            }
        }
    }
    names.retain(|name| name.starts_with(char::is_uppercase));
    assert!(names.len() > 40, "{names:?}");
    for name in names {
        assert!(TYPES.contains(&name.as_str()), "{name}");
    }
}

fn imported(tree: &syn::UseTree, names: &mut Vec<String>) {
    match tree {
        syn::UseTree::Path(path) => imported(&path.tree, names),
        syn::UseTree::Name(name) => names.push(name.ident.to_string()),
        syn::UseTree::Rename(rename) => names.push(rename.rename.to_string()),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| imported(tree, names)),
        syn::UseTree::Glob(_) => {}
    }
}
