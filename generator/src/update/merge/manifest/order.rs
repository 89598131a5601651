//! The order of new keys.

use toml_edit::Table;

/// Moves each new key behind the key that it follows in theirs.
pub fn follow(mine: &mut Table, theirs: &Table, new: &[String]) {
    if new.is_empty() {
        return;
    }
    let all = mine.iter().map(|(key, _)| key.to_owned());
    let mut order: Vec<String> = all.filter(|key| !new.contains(key)).collect();
    let mut previous: Option<&str> = None;
    for (key, _) in theirs.iter() {
        if new.iter().any(|new| new == key) {
            let before = |other: &String| Some(other.as_str()) == previous;
            let place = order.iter().position(before).map_or(0, |place| place + 1);
            order.insert(place, key.to_owned());
        }
        if order.iter().any(|other| other == key) {
            previous = Some(key);
        }
    }
    let rank = |key: &str| order.iter().position(|other| other == key);
    mine.sort_values_by(|one, _, other, _| rank(one.get()).cmp(&rank(other.get())));
}
