//! Mail that an app under test has sent.
//!
//! Jobs send mail. So each function here first runs the jobs that are due.

use super::app::TestApp;
use crate::app::App;
use crate::mail::StoredMail;

impl<A: App> TestApp<A> {
    /// Every mail so far, oldest first.
    pub async fn mails(&self) -> Vec<StoredMail> {
        self.run_jobs().await;
        let store = self
            .web
            .mail
            .store()
            .expect("without SMTP_URL mail is stored");
        let mut mails = store.all().await.unwrap();
        mails.reverse();
        mails
    }

    /// Every mail to this address, oldest first.
    pub async fn mails_to(&self, address: &str) -> Vec<StoredMail> {
        let mut mails = self.mails().await;
        mails.retain(|mail| mail.to == address);
        mails
    }

    /// The only mail to this address.
    pub async fn mail_to(&self, address: &str) -> StoredMail {
        let mut mails = self.mails_to(address).await;
        assert_eq!(mails.len(), 1, "mails to {address}: {mails:#?}");
        mails.remove(0)
    }

    /// The subjects of the mails to this address, oldest first.
    pub async fn subjects_to(&self, address: &str) -> Vec<String> {
        let mails = self.mails_to(address).await.into_iter();
        mails.map(|mail| mail.subject).collect()
    }

    /// The path of the newest link in a mail to this address that leads to a page, such as
    /// `/reset-password/`.
    pub async fn link_to(&self, address: &str, page: &str) -> String {
        let mails = self.mails_to(address).await;
        let links = mails.iter().rev().flat_map(|mail| &mail.links);
        let mut paths = links.filter_map(|link| link.strip_prefix(&self.url));
        let path = paths.find(|path| path.starts_with(page));
        path.unwrap_or_else(|| panic!("no link to {page} in {mails:#?}"))
            .to_owned()
    }
}
