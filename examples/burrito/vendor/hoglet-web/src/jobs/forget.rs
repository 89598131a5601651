//! Forgetting somebody: no failed job keeps the address of a user who is deleted.

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr};
use serde_json::Value;

use super::sql::{execute, query};
use crate::email::Email;

/// Removes the failed jobs that belong to a user: those that their requests have enqueued, and those in
/// whose fields or unique key their id or their address stands, whoever has enqueued them. For the transaction that
/// deletes the user. Returns how many.
///
/// A job that waits is not touched: it finds out by itself that the user is gone, and when a job of a user
/// who is gone fails it is not kept.
///
/// # Errors
///
/// Where the database fails.
pub async fn forget_user(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    email: &Email,
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
    // As it stands inside of JSON.
    let address = serde_json::to_string(email.as_str()).unwrap_or_default();
    let values = [id.as_str().into(), address.trim_matches('"').into()];
    let mut forgotten = 0;
    for row in query(database, &sql, values).await? {
        // One that cannot be read goes as well: somebody is named in it.
        let text = |column| row.try_get::<String>("", column).unwrap_or_default();
        let names = |json: &str| match serde_json::from_str(json) {
            Ok(value) => names(&value, &id, email),
            Err(_) => true,
        };
        let key = Value::String(text("unique_key"));
        if !text("behalf").contains(&id)
            && !names(&text("payload"))
            && !self::names(&key, &id, email)
        {
            continue;
        }
        let sql = "DELETE FROM jobs WHERE id = $1 AND failed_at IS NOT NULL";
        forgotten += execute(database, sql, [row.try_get::<Uuid>("", "id")?.into()]).await?;
    }
    Ok(forgotten)
}

/// Whether this id or this address stands in a text of it, and not one that only ends like it.
fn names(value: &Value, id: &str, email: &Email) -> bool {
    match value {
        Value::String(text) => holds(text, id, email),
        Value::Array(values) => values.iter().any(|value| names(value, id, email)),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| holds(name, id, email) || names(value, id, email)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Also with a name beside it, as in `Ann <ann@example.com>`.
fn holds(text: &str, id: &str, email: &Email) -> bool {
    let stands_beside = |letter: char| letter.is_whitespace() || "<>()[],;:\"/".contains(letter);
    text.split(stands_beside)
        .any(|part| part == id || Email::normalized(part) == *email)
}
