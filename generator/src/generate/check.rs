//! The checks of arguments that all kinds have in common.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::DateTime;

use crate::error::Error;
use crate::generate::arguments::Arguments;
use crate::generate::facts::AppFacts;
use crate::generate::journal::Entry;
use crate::generate::name::Name;
use crate::generate::request::{Kind, Request};

/// The name of a migration becomes the name of a file, together with its time.
const LONGEST_MIGRATION: usize = 100;

pub fn request(arguments: &Arguments, app: &AppFacts) -> Result<Request, Error> {
    let (Some(kind), Some(name)) = (arguments.kind, &arguments.name) else {
        return Err(Error::argument(
            "hoglet generate",
            "the kind or the name is missing",
            "`hoglet generate --list` shows every kind",
        ));
    };
    let word = kind.word();
    if arguments.public && kind != Kind::Resource {
        return Err(Error::argument(
            "--public",
            format!("the rows of a {word} have no owner"),
            "leave it out",
        ));
    }
    if arguments.plural.is_some() && !kind.has_plural() {
        return Err(Error::argument(
            "--plural",
            format!("a {word} has no plural"),
            "leave it out",
        ));
    }
    if let Some(more) = arguments.rest.first().filter(|_| !kind.takes_more()) {
        return Err(Error::argument(
            more,
            format!("a {word} has a name and nothing else"),
            "leave it out",
        ));
    }
    let plural = arguments.plural.as_deref().map(parse).transpose()?;
    let (name, setting_type) = match name.split_once(':') {
        Some((name, setting_type)) if kind == Kind::Setting => (name, Some(setting_type)),
        _ => (name.as_str(), None),
    };
    let rest = arguments.rest.iter().map(String::as_str);
    Ok(Request {
        kind,
        name: match kind {
            Kind::Migration => Name::parse_up_to(LONGEST_MIGRATION, name).map_err(refused(name))?,
            _ => parse(name)?,
        },
        rest: setting_type
            .into_iter()
            .chain(rest)
            .map(str::to_owned)
            .collect(),
        public: arguments.public,
        plural,
        migration_time: free_second(arguments.second.unwrap_or_else(now), &app.migrations),
    })
}

/// The command as an entry of the journal, still without files and lines.
pub fn entry(request: &Request, arguments: &Arguments) -> Entry {
    let kind = request.kind.word();
    let mut words = vec![kind.to_owned()];
    words.extend(arguments.name.clone());
    words.extend(arguments.rest.clone());
    if arguments.public {
        words.push("--public".to_owned());
    }
    if let Some(plural) = &arguments.plural {
        words.extend(["--plural".to_owned(), plural.clone()]);
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    Entry {
        command: words.join(" "),
        kind: kind.to_owned(),
        name: journal_name(request.kind, &request.name, request.plural.is_some()),
        ..Entry::default()
    }
}

/// The name of a part in the journal.
///
/// `posts` and `post` are the same resource, unless the user gave a plural.
pub fn journal_name(kind: Kind, name: &Name, has_own_plural: bool) -> String {
    if kind.has_plural() && !has_own_plural {
        name.singular().snake()
    } else {
        name.snake()
    }
}

/// The word, in quotes if a shell needs them.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_.,:=/".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn parse(name: &str) -> Result<Name, Error> {
    Name::parse(name).map_err(refused(name))
}

fn refused(name: &str) -> impl FnOnce(String) -> Error {
    move |reason| Error::unfit_name(name, reason)
}

/// The time for a new migration's name, such as `20261201_143000`.
///
/// No migration in the list has the same time.
pub fn free_time(migrations: &[String]) -> String {
    free_second(now(), migrations)
}

/// Seconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// The first second, from this one on, that no migration has in its name: `20261201_143000`.
fn free_second(mut second: u64, migrations: &[String]) -> String {
    loop {
        let time = time(second);
        let prefix = format!("m{time}_");
        if !migrations.iter().any(|name| name.starts_with(&prefix)) {
            return time;
        }
        second += 1;
    }
}

/// A second since 1970 as `20261201_143000`, in UTC.
fn time(second: u64) -> String {
    let time = i64::try_from(second)
        .ok()
        .and_then(|second| DateTime::from_timestamp(second, 0));
    let time = time.expect("a clock shows a year that chrono knows");
    time.format("%Y%m%d_%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (second, expected) in [
            (0, "19700101_000000"),
            (951_782_399, "20000228_235959"),
            (951_782_400, "20000229_000000"),
            (1_796_135_400, "20261201_143000"),
            (4_107_542_400, "21000301_000000"),
        ] {
            assert_eq!(time(second), expected);
        }
    }

    #[test]
    fn a_second_that_is_taken_is_followed_by_the_next() {
        let names = ["m19700101_000000_create_posts", "m19700101_000001_x"];
        let taken = names.map(str::to_owned);
        assert_eq!(free_second(0, &taken), "19700101_000002");
        assert_eq!(free_second(5, &taken), "19700101_000005");
    }
}
