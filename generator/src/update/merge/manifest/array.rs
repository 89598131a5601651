//! Merges arrays of scalars, such as features, as sets.

use toml_edit::{Array, Value};

/// Mine, without the values that the template removed, and with those that it added.
///
/// `None` if an array contains arrays or tables.
pub fn merge(base: Option<&Array>, mine: &Array, theirs: &Array) -> Option<Array> {
    let base = base.map(names).unwrap_or(Some(Vec::new()))?;
    let names_of_mine = names(mine)?;
    let names_of_theirs = names(theirs)?;

    let mut merged = mine.clone();
    let is_removed = |name: &String| base.contains(name) && !names_of_theirs.contains(name);
    merged.retain(|value| !name(value).is_some_and(|name| is_removed(&name)));

    let indentation = merged.iter().last().and_then(indentation);
    for (value, name) in theirs.iter().zip(&names_of_theirs) {
        if base.contains(name) || names_of_mine.contains(name) {
            continue;
        }
        match &indentation {
            Some(indentation) => merged.push_formatted(value.clone().decorated(indentation, "")),
            None => merged.push(value.clone()),
        }
    }
    if indentation.is_none() {
        merged.fmt();
    }
    *merged.decor_mut() = mine.decor().clone();
    Some(merged)
}

fn names(array: &Array) -> Option<Vec<String>> {
    array.iter().map(name).collect()
}

/// A text that is the same for equal values. `None` for arrays and tables.
fn name(value: &Value) -> Option<String> {
    match value {
        Value::Array(_) | Value::InlineTable(_) => None,
        Value::String(text) => Some(format!("{:?}", text.value())),
        scalar => Some(scalar.clone().decorated("", "").to_string()),
    }
}

/// The line break and the indentation before a value, if the value is on its own line.
fn indentation(value: &Value) -> Option<String> {
    let before = value.decor().prefix()?.as_str()?;
    before.rfind('\n').map(|line| before[line..].to_owned())
}
