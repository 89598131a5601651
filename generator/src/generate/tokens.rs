//! Finds names in the tokens of Rust code: routes, events, flags, jobs and tables.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Methods whose first argument is the path of a route.
const ROUTES: &[&str] = &["get", "post", "put", "patch", "delete", "route"];

/// A file without any of these texts declares no such name, so its tokens are not read.
const SIGNS: &[&str] = &[
    "Routes::default",
    "Routes<",
    ".route(",
    "events!",
    "Flag::new",
    "Experiment::new",
    "const NAME",
    "table_name",
    "Table::create",
];

#[derive(Debug, Default)]
pub struct Declared {
    pub routes: BTreeSet<String>,
    pub events: BTreeSet<String>,
    pub flags: BTreeSet<String>,
    pub jobs: BTreeSet<String>,
    pub tables: BTreeSet<String>,
}

impl Declared {
    /// Adds the names in a file.
    ///
    /// Code with unmatched brackets or quotes adds nothing.
    pub fn read(&mut self, code: &str) {
        if SIGNS.iter().any(|sign| code.contains(sign))
            && let Ok(tokens) = code.parse()
        {
            self.walk(tokens);
        }
    }

    /// Adds the names of other files.
    pub fn extend(&mut self, other: Self) {
        self.routes.extend(other.routes);
        self.events.extend(other.events);
        self.flags.extend(other.flags);
        self.jobs.extend(other.jobs);
        self.tables.extend(other.tables);
    }

    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            self.look_at(&tokens[..at], token, &tokens[at + 1..]);
            if let TokenTree::Group(group) = token {
                self.walk(group.stream());
            }
        }
    }

    fn look_at(&mut self, before: &[TokenTree], token: &TokenTree, after: &[TokenTree]) {
        let TokenTree::Ident(word) = token else {
            return;
        };
        let is_method = before.last().is_some_and(|dot| is(dot, '.'));
        let word = word.to_string();
        match word.as_str() {
            method if is_method && ROUTES.contains(&method) => {
                let path = argument(after).filter(|path| path.starts_with('/'));
                self.routes.extend(path);
            }
            "table" if is_method => self.tables.extend(argument(after)),
            "events" => self.events.extend(entries(after)),
            "new" if follows(before, &["Flag", "Experiment"]) => {
                self.flags.extend(argument(after));
            }
            "NAME" => self.jobs.extend(value(after)),
            "table_name" => self.tables.extend(value(after)),
            _ => {}
        }
    }
}

/// The names of the migrations in the list of `src/migrations.rs`, in its order.
pub fn migrations(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    if let Ok(tokens) = code.parse() {
        collect_migrations(tokens, &mut names);
    }
    names
}

/// Finds `m20261201_143000_create_posts::Migration`.
fn collect_migrations(tokens: TokenStream, names: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if *word == "Migration" => {
                if let [.., TokenTree::Ident(module), _, _] = &tokens[..at] {
                    names.push(module.to_string());
                }
            }
            TokenTree::Group(group) => collect_migrations(group.stream(), names),
            _ => {}
        }
    }
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// Whether one of these words and `::` come directly before.
fn follows(before: &[TokenTree], words: &[&str]) -> bool {
    match before {
        [.., TokenTree::Ident(word), one, other] => {
            is(one, ':') && is(other, ':') && words.iter().any(|wanted| word == wanted)
        }
        _ => false,
    }
}

/// The first argument of a call, if it is a string.
fn argument(after: &[TokenTree]) -> Option<String> {
    match after.first()? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
            text(&group.stream().into_iter().next()?)
        }
        _ => None,
    }
}

/// The string after the next `=`.
fn value(after: &[TokenTree]) -> Option<String> {
    let end = after.iter().position(|token| is(token, ';'));
    let after = &after[..end.unwrap_or(after.len())];
    let equals = after.iter().position(|token| is(token, '='))?;
    text(after.get(equals + 1)?)
}

/// The names in `events! { "name" => Type { … } }`.
fn entries(after: &[TokenTree]) -> Vec<String> {
    let [exclamation, TokenTree::Group(group), ..] = after else {
        return Vec::new();
    };
    if !is(exclamation, '!') {
        return Vec::new();
    }
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let pairs = tokens.windows(2);
    let names = pairs.filter(|pair| is(&pair[1], '='));
    names.filter_map(|pair| text(&pair[0])).collect()
}

/// The text of a string literal without escapes.
fn text(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else {
        return None;
    };
    let literal = literal.to_string();
    let text = literal.strip_prefix('"')?.strip_suffix('"')?;
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_found_however_they_are_written() {
        let mut declared = Declared::default();
        declared.read(
            r#"
            // .get("/commented", out)
            fn pages() { Routes::default().get("/posts", index) . post ( // why
                "/posts/{id}", update) }
            hoglet_web::events! {
                /// "not" => this
                "post_created" => PostCreated { kind: &'static str }, "post_deleted" => PostDeleted {},
            }
            pub const NEW: Flag = Flag::new("new");
            const HEADLINE: Experiment = hoglet_web::posthog::Experiment::new("headline", &["control", "bold"]);
            impl Job for Send { type State = AppState; const NAME: &'static str = "send"; }
            #[sea_orm(table_name = "posts")]
            struct Model { headers: Map }
            fn up() { headers.get("accept"); Table::create().table("comments") }
            "#,
        );
        let all = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(all(&declared.routes), "/posts /posts/{id}");
        assert_eq!(all(&declared.events), "post_created post_deleted");
        assert_eq!(all(&declared.flags), "headline new");
        assert_eq!(all(&declared.jobs), "send");
        assert_eq!(all(&declared.tables), "comments posts");
    }

    #[test]
    fn code_that_cannot_be_read_declares_nothing() {
        let mut declared = Declared::default();
        declared.read("fn pages() { Routes::default().get(\"/posts\", index)");
        assert!(declared.routes.is_empty());
        assert!(migrations("vec![Box::new(m1::Migration)").is_empty());
    }

    #[test]
    fn migrations_have_the_order_of_the_list() {
        let code = "mod m1_a; mod m2_b; fn migrations() -> Vec<X> { vec![Box::new(m2_b::Migration), Box::new(m1_a::Migration)] }";
        assert_eq!(migrations(code), ["m2_b", "m1_a"]);
    }
}
