//! Values without comments and formatting.

use toml_edit::{InlineTable, Item, Table, Value};

/// The value itself, for comparison. `None` if the item is absent or has no value.
pub fn plain(item: Option<&Item>) -> Option<toml::Value> {
    let value = item?.clone().into_value().ok()?.decorated("", "");
    let mut table: toml::Table = toml::from_str(&format!("value = {value}")).ok()?;
    table.remove("value")
}

/// The item as a table. An absent item becomes an empty table.
///
/// A dependency that is only a version becomes a table with that version. `None` for other items that are not tables.
pub fn as_table(item: Option<&Item>, is_dependency: bool) -> Option<Table> {
    match item {
        None => Some(Table::new()),
        Some(Item::Value(version @ Value::String(_))) if is_dependency => {
            let mut table = InlineTable::new();
            table.insert("version", version.clone().decorated("", ""));
            Some(table.into_table())
        }
        Some(item) => item.clone().into_table().ok(),
    }
}
