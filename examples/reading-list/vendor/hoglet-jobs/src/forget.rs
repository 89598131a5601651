//! Removes the failed jobs of a deleted user, so that none keeps the user's address.

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr};
use serde_json::Value;

use crate::sql::{execute, query};

/// Removes the failed jobs of a user who is being deleted. Returns how many.
///
/// These are the jobs that the user's requests have enqueued, and all jobs whose fields or unique key contain
/// the user's id or address. Call it in the transaction that deletes the user.
///
/// `address` is in lower case. `is_address` returns whether a word is a spelling of the address.
///
/// A waiting job stays: it must check by itself whether the user still exists. If it fails, it is not kept.
///
/// # Errors
///
/// If the database fails.
pub async fn forget(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    address: &str,
    is_address: impl Fn(&str) -> bool,
) -> Result<u64, DbErr> {
    let holds = match database.get_database_backend() {
        DatabaseBackend::Postgres => "strpos",
        _ => "instr",
    };
    let sql = format!(
        "SELECT id, payload, behalf, unique_key FROM jobs WHERE failed_at IS NOT NULL \
         AND ({holds}(behalf, $1) > 0 OR {holds}(payload, $1) > 0 OR {holds}(lower(payload), $2) > 0 \
         OR {holds}(unique_key, $1) > 0 OR {holds}(lower(unique_key), $2) > 0)"
    );
    let id = user_id.to_string();
    // The address as it is written in JSON.
    let address = serde_json::to_string(address).unwrap_or_default();
    let is_theirs = |word: &str| word == id || is_address(word);
    let values = [id.as_str().into(), address.trim_matches('"').into()];
    let mut forgotten = 0;
    for row in query(database, &sql, values).await? {
        // A row that cannot be read is removed too, because the statement has found the user in it.
        let text = |column| row.try_get::<String>("", column).unwrap_or_default();
        let payload = serde_json::from_str(&text("payload"));
        let in_payload = payload.map_or(true, |payload| value_names(&payload, &is_theirs));
        if !in_payload && !text("behalf").contains(&id) && !names(&text("unique_key"), &is_theirs) {
            continue;
        }
        let sql = "DELETE FROM jobs WHERE id = $1 AND failed_at IS NOT NULL";
        forgotten += execute(database, sql, [row.try_get::<Uuid>("", "id")?.into()]).await?;
    }
    Ok(forgotten)
}

/// Whether one of the texts in a value names the user.
fn value_names(value: &Value, is_theirs: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => names(text, is_theirs),
        Value::Array(values) => values.iter().any(|value| value_names(value, is_theirs)),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| names(name, is_theirs) || value_names(value, is_theirs)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether a whole word of a text is the id or the address, as in `Ann <ann@example.com>`.
fn names(text: &str, is_theirs: &impl Fn(&str) -> bool) -> bool {
    let separates = |letter: char| letter.is_whitespace() || "<>()[],;:\"/".contains(letter);
    text.split(separates).any(is_theirs)
}
