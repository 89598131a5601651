//! The condition of a search: a text in one of some columns, without regard to case.

use sea_orm::sea_query::{BinOper, Condition, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseBackend};

/// The rows with a text in one of these columns. `None` if there is nothing to search for.
pub fn condition<C: ColumnTrait>(
    columns: &[C],
    text: &str,
    backend: DatabaseBackend,
) -> Option<Condition> {
    if text.is_empty() || columns.is_empty() {
        return None;
    }
    let (operator, pattern) = match backend {
        DatabaseBackend::Postgres => ("ILIKE", ilike(text)),
        _ => ("GLOB", glob(text)),
    };
    let mut any = Condition::any();
    for column in columns {
        let matches = column
            .into_expr()
            .binary(BinOper::Custom(operator), pattern.as_str());
        any = any.add(matches);
    }
    Some(any)
}

/// A pattern for `ILIKE`. Characters with a meaning follow a backslash.
fn ilike(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// A pattern for `GLOB`, with a class of both cases for each letter, such as `[éÉ]`.
///
/// SQLite's `LIKE` and `lower` ignore the case of ASCII letters only.
fn glob(text: &str) -> String {
    let mut pattern = String::from("*");
    for letter in text.chars() {
        let cases = cases(letter);
        if cases.len() > 1 || matches!(letter, '*' | '?' | '[') {
            pattern.push('[');
            pattern.extend(cases);
            pattern.push(']');
        } else {
            pattern.push(letter);
        }
    }
    pattern.push('*');
    pattern
}

/// A letter and its other cases. A case of several letters does not count, such as the `SS` of `ß`.
fn cases(letter: char) -> Vec<char> {
    let upper = only(letter.to_uppercase());
    let lower = only(letter.to_lowercase());
    // The lower case of the upper case makes `σ` of `ς`.
    let lower_of_upper = upper.and_then(|upper| only(upper.to_lowercase()));
    let mut cases = vec![letter];
    for case in [upper, lower, lower_of_upper].into_iter().flatten() {
        if !cases.contains(&case) {
            cases.push(case);
        }
    }
    cases
}

fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let first = letters.next();
    first.filter(|_| letters.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::{glob, ilike};

    #[test]
    fn every_letter_has_its_cases_and_no_character_has_a_meaning() {
        assert_eq!(glob("é1"), "*[éÉ]1*");
        assert_eq!(glob("ß"), "*ß*");
        assert_eq!(glob("a*?[]^-\\%_"), "*[aA][*][?][[]]^-\\%_*");
        assert_eq!(glob("ς"), "*[ςΣσ]*");
    }

    #[test]
    fn the_characters_of_a_pattern_are_literal() {
        assert_eq!(ilike(r"50%_\*"), r"%50\%\_\\*%");
    }
}
