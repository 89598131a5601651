//! Merges tables key by key.

use toml_edit::{Item, RawString, Table, Value};

use super::plain::{as_table, plain};
use super::{array, order};
use crate::update::merge::lines;
use crate::update::merge::sides::{Labels, MIDDLE, Sides};

/// A table in three versions. The result is in `mine`.
pub struct Versions<'a> {
    pub base: &'a Table,
    pub mine: &'a mut Table,
    pub theirs: &'a Table,
}

/// The position of a table in the document.
#[derive(Default)]
pub struct Place<'a> {
    /// The key of the table, such as `dev-dependencies`.
    key: &'a str,
    /// The text before a key of this table on its line, such as `serde.`.
    before_keys: String,
}

impl Place<'_> {
    fn has_dependencies(&self) -> bool {
        self.key.ends_with("dependencies")
    }
}

/// The version to take.
enum Pick {
    Mine,
    Theirs,
    /// Both changed it.
    Both,
}

fn pick<T: PartialEq>([base, mine, theirs]: &[T; 3]) -> Pick {
    if mine == theirs || base == theirs {
        Pick::Mine
    } else if base == mine {
        Pick::Theirs
    } else {
        Pick::Both
    }
}

pub struct Tables<'a> {
    /// `None` for a table on one line, where a conflict cannot be marked. Then a conflict ends the merge.
    pub labels: Option<&'a Labels>,
}

impl Tables<'_> {
    /// `None` if there is a conflict that cannot be marked.
    pub fn merge(&self, place: &Place, mut versions: Versions) -> Option<()> {
        let keys = versions.mine.iter().map(|(key, _)| key.to_owned());
        let keys: Vec<String> = keys.collect();
        for key in &keys {
            match versions.mine.get(key) {
                Some(Item::Table(_)) => self.table(place, key, &mut versions)?,
                _ => self.value(place, key, &mut versions)?,
            }
        }

        let Versions { base, mine, theirs } = versions;
        let mut new = Vec::new();
        for (key, item) in theirs.iter() {
            if keys.iter().any(|mine| mine == key) {
                continue;
            }
            // A key that the user removed stays removed. But if it is an array of tables and theirs has changed it, the user
            // did not remove the new tables.
            if let Some(old) = base.get(key) {
                if item.is_array_of_tables() && plain(Some(old)) != plain(Some(item)) {
                    return None;
                }
                continue;
            }
            let mut item = item.clone();
            forget_position(&mut item);
            mine.insert_formatted(theirs.key(key)?, item);
            new.push(key.to_owned());
        }
        order::follow(mine, theirs, &new);
        Some(())
    }

    /// Merges a key whose value in mine is a table with its own lines.
    fn table(&self, place: &Place, key: &str, versions: &mut Versions) -> Option<()> {
        let items = versions.get(key);
        let [base, mine, theirs] = items.map(plain);
        if theirs.is_none() {
            if base.is_none() {
                return Some(());
            }
            if base == mine {
                versions.mine.remove(key);
                return Some(());
            }
        }
        let table = |item| as_table(item, place.has_dependencies());
        let (base, their_table) = (table(items[0])?, table(items[2])?);
        let mine = versions.mine.get_mut(key)?.as_table_mut()?;
        let before_keys = match mine.is_dotted() {
            true => format!("{}{key}.", place.before_keys),
            false => String::new(),
        };
        if theirs.is_some() {
            let comments = [&base, mine, &their_table].map(|table| text(table.decor().prefix()));
            mine.decor_mut().set_prefix(self.comments(&comments));
        }
        let versions = Versions {
            base: &base,
            mine,
            theirs: &their_table,
        };
        self.merge(&Place { key, before_keys }, versions)
    }

    /// Merges a key whose value in mine is a plain value or an array of tables.
    fn value(&self, place: &Place, key: &str, versions: &mut Versions) -> Option<()> {
        let items = versions.get(key);
        let values = items.map(plain);
        let above = versions.tables().map(|table| above(table, key));
        if items[2].is_none() {
            let is_own = items[0].is_none();
            let is_untouched = values[0] == values[1] && has_same_comments(&above[0], &above[1]);
            return match (is_own, is_untouched) {
                (true, _) => Some(()),
                (false, true) => versions.mine.remove(key).map(|_| ()),
                (false, false) => self.conflict(place, key, versions),
            };
        }

        let merged = match pick(&values) {
            Pick::Mine => items[1].cloned(),
            Pick::Theirs => items[2].cloned(),
            Pick::Both => self.both(place, items),
        };
        let [_, my_end, their_end] = items.map(behind);
        let end = match pick(&items.map(behind)) {
            Pick::Mine => Some(my_end),
            Pick::Theirs => Some(their_end),
            Pick::Both => None,
        };
        if let Some(Item::ArrayOfTables(_)) = items[1] {
            let mut merged = merged?;
            forget_position(&mut merged);
            *versions.mine.get_mut(key)? = merged;
            return Some(());
        }
        let before = text(items[1]?.as_value()?.decor().prefix());

        let mut my_key = versions.mine.key_mut(key)?;
        my_key.leaf_decor_mut().set_prefix(self.comments(&above));
        match (merged, end) {
            (Some(merged), Some(end)) => {
                let merged = merged.into_value().ok()?.decorated(before, end);
                *versions.mine.get_mut(key)? = Item::Value(merged);
                Some(())
            }
            _ => self.conflict(place, key, versions),
        }
    }

    /// A value that both sides changed. `None` if it is a conflict.
    fn both(&self, place: &Place, [base, mine, theirs]: [Option<&Item>; 3]) -> Option<Item> {
        if let (Some(mine), Some(theirs)) = (mine?.as_array(), theirs?.as_array()) {
            let base = base.and_then(Item::as_array);
            let merged = array::merge(base, mine, theirs)?;
            return Some(Item::Value(Value::Array(merged)));
        }
        let table = |item| as_table(item, place.has_dependencies());
        let mut merged = table(mine)?;
        let versions = Versions {
            base: &table(base)?,
            mine: &mut merged,
            theirs: &table(theirs)?,
        };
        let inside = Tables { labels: None };
        inside.merge(&Place::default(), versions)?;
        Some(Item::Value(Value::InlineTable(merged.into_inline_table())))
    }

    /// The comments of base, mine and theirs, merged by lines.
    pub fn comments(&self, [base, mine, theirs]: &[String; 3]) -> String {
        match self.labels {
            None => mine.clone(),
            Some(labels) => lines::merge(Sides { base, mine, theirs }, labels).text,
        }
    }

    /// Puts markers around a key's line in mine, and adds its line in theirs.
    fn conflict(&self, place: &Place, key: &str, versions: &mut Versions) -> Option<()> {
        let labels = self.labels?;
        let theirs = match versions.theirs.get_key_value(key) {
            None => String::new(),
            Some((key, item)) => {
                let value = item.clone().into_value().ok()?.to_string();
                let key = key.display_repr();
                format!("{}{key} = {}\n", place.before_keys, value.trim())
            }
        };
        let (mut key, item) = versions.mine.get_key_value_mut(key)?;
        let value = item.as_value_mut()?;
        let decor = key.leaf_decor_mut();
        let before = text(decor.prefix());
        let (comments, indentation) = before.split_at(before.rfind('\n').map_or(0, |end| end + 1));
        decor.set_prefix(format!("{comments}{}\n{indentation}", labels.start()));
        let end = text(value.decor().suffix());
        let end = format!("{end}\n{MIDDLE}\n{theirs}{}", labels.end());
        value.decor_mut().set_suffix(end);
        Some(())
    }
}

impl Versions<'_> {
    fn tables(&self) -> [&Table; 3] {
        [self.base, self.mine, self.theirs]
    }

    fn get(&self, key: &str) -> [Option<&Item>; 3] {
        self.tables().map(|table| table.get(key))
    }
}

/// The comments above a key.
fn above(table: &Table, key: &str) -> String {
    text(table.key(key).and_then(|key| key.leaf_decor().prefix()))
}

/// The comment behind a value, on its last line.
fn behind(item: Option<&Item>) -> String {
    let value = item.and_then(Item::as_value);
    text(value.and_then(|value| value.decor().suffix()))
}

fn text(raw: Option<&RawString>) -> String {
    let text = raw.and_then(RawString::as_str);
    text.unwrap_or_default().to_owned()
}

/// Whether two comments are the same, apart from blank lines.
fn has_same_comments(one: &str, other: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| line.trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    };
    lines(one) == lines(other)
}

/// Removes the positions that the tables of an item had in their document.
fn forget_position(item: &mut Item) {
    let tables: Vec<&mut Table> = match item {
        Item::Table(table) => vec![table],
        Item::ArrayOfTables(tables) => tables.iter_mut().collect(),
        _ => Vec::new(),
    };
    for table in tables {
        table.set_position(None);
        table.iter_mut().for_each(|(_, item)| forget_position(item));
    }
}
