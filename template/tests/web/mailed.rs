//! What the tests of accounts by mail stand on: links that arrive, and links that grow old.

use sea_orm::ConnectionTrait;

use crate::links::execute;
use crate::support::App;

pub trait Mailed {
    /// The path of the newest link with a token that was mailed to an address, once the jobs have run.
    async fn link_to(&self, address: &str) -> String;
    /// The subjects of the mails to an address, the oldest first, once the jobs have run.
    async fn subjects_to(&self, address: &str) -> Vec<String>;
    /// Makes every token as old as it can get.
    async fn tokens_expire(&self);
    /// Makes every log-in one of long ago.
    async fn log_ins_grow_old(&self);
    /// How many rows a table has.
    async fn rows(&self, table: &str) -> i64;
}

impl Mailed for App {
    async fn link_to(&self, address: &str) -> String {
        self.run_jobs().await;
        let mails = self.mails().await.into_iter().rev();
        let mails = mails.filter(|mail| mail.to == address);
        let mut links = mails.flat_map(|mail| mail.links);
        let link = links.find(|link| has_token(link));
        let link = link.expect("a mail with a link has come");
        let path = link.strip_prefix(&self.url);
        path.expect("the link leads to the app").to_owned()
    }

    async fn subjects_to(&self, address: &str) -> Vec<String> {
        self.run_jobs().await;
        let mails = self.mails().await.into_iter();
        let mails = mails.filter(|mail| mail.to == address);
        mails.map(|mail| mail.subject).collect()
    }

    async fn tokens_expire(&self) {
        execute(self, "UPDATE tokens SET expires_at = 0").await;
    }

    async fn log_ins_grow_old(&self) {
        // The moment stands in the session's JSON, in seconds.
        let sql =
            r#"UPDATE sessions SET data = replace(data, '"confirmed_at":1', '"confirmed_at":-1')"#;
        execute(self, sql).await;
    }

    async fn rows(&self, table: &str) -> i64 {
        let database = &self.web.database;
        let count = format!("SELECT count(*) AS count FROM {table}");
        let row = database
            .query_one_raw(sea_orm::Statement::from_string(
                database.get_database_backend(),
                count,
            ))
            .await;
        row.unwrap().unwrap().try_get("", "count").unwrap()
    }
}

/// 32 bytes in base64.
fn has_token(link: &str) -> bool {
    link.rsplit('/').next().is_some_and(|last| last.len() == 43)
}
